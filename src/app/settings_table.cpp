#include "app/settings_table.hpp"

namespace cogos::app {

std::vector<SettingPlace> settings_table(Settings& s) {
  using Number = SettingPlace::Number;
  using Choice = SettingPlace::Choice;
  constexpr std::uint32_t kDayMs = 86'400'000;
  constexpr std::uint32_t kMaxBytes = 256U << 20U;
  return {
      {"server", "listen", &s.server.listen},
      {"server", "threads", Number{&s.server.threads, 0, 256}},
      {"server", "origin", &s.server.origin},
      {"server", "drain_ms", Number{&s.server.drain_ms, 0, 600'000}},
      {"tls", "cert_file", &s.tls.cert_file},
      {"tls", "key_file", &s.tls.key_file},
      {"ingress", "plaintext_listen", &s.ingress.plaintext_listen},
      {"ingress", "trusted_proxies", &s.ingress.trusted_proxies},
      {"store", "data_dir", &s.store.data_dir},
      {"store", "min_free_mb", Number{&s.store.min_free_mb, 0, 1'000'000}},
      {"inference", "engine", Choice{&s.inference.engine, {"builtin", "ollama", "openai"}}},
      {"inference", "url", &s.inference.url},
      {"inference", "api_key_env", &s.inference.api_key_env},
      {"inference", "ca_file", &s.inference.ca_file},
      {"inference", "first_party_hosts", &s.inference.first_party_hosts},
      {"inference", "model_tier_a", &s.inference.model_tier_a},
      {"inference", "model_tier_b", &s.inference.model_tier_b},
      {"inference", "timeout_ms", Number{&s.inference.timeout_ms, 1, kDayMs}},
      {"inference", "max_calls", Number{&s.inference.max_calls, 1, 100'000}},
      {"inference", "max_waiting_calls", Number{&s.inference.max_waiting_calls, 0, 100'000}},
      {"inference", "max_wait_ms", Number{&s.inference.max_wait_ms, 1, kDayMs}},
      {"live_search", "provider", Choice{&s.live_search.provider, {"none", "brave"}}},
      {"live_search", "url", &s.live_search.url},
      {"live_search", "api_key_env", &s.live_search.api_key_env},
      {"live_search", "timeout_ms", Number{&s.live_search.timeout_ms, 1, kDayMs}},
      {"limits", "peer_rpm", Number{&s.limits.peer_rpm, 0, 100'000}},
      {"limits", "admin_peer_rpm", Number{&s.limits.admin_peer_rpm, 0, 100'000}},
      {"limits", "max_body_bytes", Number{&s.limits.max_body_bytes, 1, kMaxBytes}},
      {"limits", "max_header_bytes", Number{&s.limits.max_header_bytes, 512, 1U << 20U}},
      {"limits", "max_target_bytes", Number{&s.limits.max_target_bytes, 64, 1U << 20U}},
      {"limits", "max_connections", Number{&s.limits.max_connections, 1, 1'000'000}},
      {"limits", "header_timeout_ms", Number{&s.limits.header_timeout_ms, 1, kDayMs}},
      {"limits", "request_timeout_ms", Number{&s.limits.request_timeout_ms, 1, kDayMs}},
      {"limits", "idle_timeout_ms", Number{&s.limits.idle_timeout_ms, 1, kDayMs}},
      {"limits", "max_queued_rows", Number{&s.limits.max_queued_rows, 1, 1'000'000}},
      {"limits", "max_queued_reads", Number{&s.limits.max_queued_reads, 1, 1'000'000}},
      {"limits", "max_pending_requests", Number{&s.limits.max_pending_requests, 1, 1'000'000}},
      {"limits", "max_buffered_bytes", Number{&s.limits.max_buffered_bytes, 0, 4'294'967'295}},
      {"defence", "quarantine", Choice{&s.defence.quarantine, {"enforce", "alert"}}},
      {"defence", "honeypots", &s.defence.honeypots},
      {"defence", "exempt", &s.defence.exempt},
      {"admin", "listen", &s.admin.listen},
      {"admin", "allow_from", &s.admin.allow_from},
      {"operator", "sealing_key_file", &s.operator_.sealing_key_file},
      {"site", "operator_name", &s.site.operator_name},
      {"site", "contact", &s.site.contact},
      {"site", "region", &s.site.region},
      {"site", "sub_processors", &s.site.sub_processors},
      {"site", "security_contact", &s.site.security_contact},
      {"site", "security_expires", &s.site.security_expires},
      {"site", "cosign_pub_file", &s.site.cosign_pub_file},
      {"site", "advisories_file", &s.site.advisories_file},
      {"site", "packages", &s.site.packages},
      {"log", "format", Choice{&s.log.format, {"json", "console"}}},
      {"log", "level", Choice{&s.log.level, {"debug", "info", "warn", "error"}}},
  };
}

}  // namespace cogos::app
