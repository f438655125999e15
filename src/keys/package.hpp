#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cogos::keys {

/// What a tenant has bought: its limits and the model tiers it may call. 0 means no limit.
struct Package {
  std::string id;
  std::string display_name;
  std::string description;
  std::uint64_t monthly_usd = 0;
  std::uint64_t monthly_request_quota = 0;
  std::uint64_t rpm_limit = 0;
  std::uint64_t max_prompt_tokens_per_call = 0;
  std::uint64_t daily_request_cap = 0;
  std::uint64_t daily_token_cap = 0;
  /// Aliases such as `cogos-tier-a`, and names of the engine's own models where a package allows them raw.
  std::vector<std::string> allowed_model_tiers;
  bool is_default = false;
  bool active = true;  ///< False: deleted. Keys that have it keep it; no new key gets it.

  bool operator==(const Package&) const = default;
};

/// The packages that a new store starts with; exactly one is the default.
[[nodiscard]] std::vector<Package> seed_packages();

}  // namespace cogos::keys
