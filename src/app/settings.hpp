#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"

namespace cogos::app {

/// All settings, with their defaults; config/cogos.toml documents each. Read at start and handed on in parts:
/// nothing below app sees the whole.
struct Settings {
  struct {
    std::string listen;
    std::uint32_t threads = 0;  ///< 0: one per core.
    std::string origin;
    std::string redirect_listen;
    std::uint32_t drain_ms = 10'000;
  } server;
  struct {
    std::string seccomp = "kill";
  } process;
  struct {
    std::string cert_file;
    std::string key_file;
  } tls;
  struct {
    std::string plaintext_listen;
    std::vector<std::string> trusted_proxies;
  } ingress;
  struct {
    std::string data_dir;
    std::uint32_t min_free_mb = 64;
  } store;
  struct {
    std::string engine = "builtin";
    std::string url;
    std::string api_key_env;
    std::string ca_file;
    std::vector<std::string> first_party_hosts;
    std::string model_tier_a = "builtin-extractive";
    std::string model_tier_b = "builtin-extractive";
    std::uint32_t timeout_ms = 60'000;
    std::uint32_t max_calls = 64;
    std::uint32_t max_waiting_calls = 256;
    std::uint32_t max_wait_ms = 5'000;
  } inference;
  struct {
    std::string provider = "none";
    std::string url = "https://api.search.brave.com/res/v1/web/search";
    std::string api_key_env;
    std::uint32_t timeout_ms = 5'000;
  } live_search;
  struct {
    bool free = false;
    std::uint32_t free_per_peer_hour = 3;
    std::uint32_t free_per_day = 100;
    std::uint32_t per_peer_hour = 20;
  } signup;
  struct {
    std::string secret_key_env;
    std::string webhook_secret_env;
    std::string api_url = "https://api.stripe.com";
    std::string checkout_origin = "https://checkout.stripe.com";
    std::vector<std::string> prices;
  } stripe;
  struct {
    std::uint32_t peer_rpm = 600;
    std::uint32_t admin_peer_rpm = 60;
    std::uint32_t max_body_bytes = 1U << 20U;
    std::uint32_t max_header_bytes = 16U << 10U;
    std::uint32_t max_target_bytes = 8U << 10U;
    std::uint32_t max_connections = 4096;
    std::uint32_t header_timeout_ms = 10'000;
    std::uint32_t request_timeout_ms = 30'000;
    std::uint32_t idle_timeout_ms = 60'000;
    std::uint32_t max_queued_rows = 4096;
    std::uint32_t max_queued_reads = 1024;
    std::uint32_t max_pending_requests = 1024;
    std::uint32_t max_buffered_bytes = 128U << 20U;
  } limits;
  struct {
    std::string quarantine = "enforce";
    bool honeypots = true;
    std::vector<std::string> exempt;
  } defence;
  struct {
    std::string listen;
    std::vector<std::string> allow_from;
  } admin;
  struct {
    std::string sealing_key_file;
  } operator_;
  struct {
    std::string operator_name;
    std::string contact;
    std::string region;
    std::vector<std::string> sub_processors;
    std::string security_contact;
    std::string security_expires;
    std::string cosign_pub_file;
    std::string advisories_file;
    std::vector<std::string> packages{"free", "developer", "team", "business", "enterprise"};
  } site;
  struct {
    std::uint32_t interval_hours = 24;
  } probes;
  struct {
    std::string format = "json";
    std::string level = "info";
  } log;

  /// Settings that were given but that this version does not act on yet, in words.
  std::vector<std::string> warnings;
};

/// Reads TOML text; `source` names it in messages. An empty text is a valid one. Fails with invalid_request:
/// not TOML (with line and column), an unknown section or key (with the nearest known one), a value of a
/// wrong type or out of its range, a combination that cannot be.
[[nodiscard]] Result<Settings> parse_settings(std::string_view text, const std::string& source);

/// The same for a file of at most 1 MiB. Fails with unreadable_input where it cannot be read.
[[nodiscard]] Result<Settings> load_settings(const std::string& path);

/// `name = value` a line, in the file's order. There is no secret among the settings.
[[nodiscard]] std::vector<std::string> describe(const Settings& settings);

}  // namespace cogos::app
