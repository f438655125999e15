#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"
#include "keys/package.hpp"

namespace cogos::keys {

/// What an operator asks to be different about a package, or about a new one: nothing keeps what it has.
struct PackagePatch {
  std::optional<std::string> display_name;
  std::optional<std::string> description;
  std::optional<std::uint64_t> monthly_usd;
  std::optional<std::uint64_t> monthly_request_quota;
  std::optional<std::uint64_t> rpm_limit;
  std::optional<std::uint64_t> max_prompt_tokens_per_call;
  std::optional<std::uint64_t> daily_request_cap;
  std::optional<std::uint64_t> daily_token_cap;
  std::optional<std::vector<std::string>> allowed_model_tiers;
  std::optional<bool> is_default;
  std::optional<bool> active;
};

/// Requests a minute that a package may allow at most; what the buckets can count.
inline constexpr std::uint64_t kMaxRpm = 100'000;

/// Everything about the members that are given that no package may have, a sentence each; empty if fine.
[[nodiscard]] std::vector<std::string> problems_of(const PackagePatch& patch);

/// The rules of a change, on all packages there are: one of them is the default, and that one is active.
/// `patch` must have no problems. They fail with conflict, or with not_found where there is no such package.
using Packages = std::vector<Package>;

/// `id` must be a name. Its tiers must be given; what else is not stays at 0 (no limit) or empty, and the
/// display name at the id. As default it takes the place of the one before.
[[nodiscard]] Result<Packages> add_package(Packages all, std::string_view id, const PackagePatch& patch);
/// `is_default: true` moves the default to it; `active: true` brings a deleted one back.
[[nodiscard]] Result<Packages> change_package(Packages all, std::string_view id, const PackagePatch& patch);
/// Keeps it as inactive, for the keys that have it.
[[nodiscard]] Result<Packages> delete_package(Packages all, std::string_view id);

/// Null where unknown.
[[nodiscard]] const Package* find_package(const Packages& all, std::string_view id) noexcept;

}  // namespace cogos::keys
