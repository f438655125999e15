#pragma once

#include "proof/operator_log.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// Chains of which one check verifies the ends, and rows of each.
inline constexpr std::int64_t kTailChains = 16;
inline constexpr std::int64_t kTailRows = 8;

/// Verifies the digest over all heads and the ends of the chains that come after `last_chain`, by the same
/// rules as fsck; moves it on, and begins again after the last. Throws StoreError.
[[nodiscard]] proof::TailCheck check_tails(Database& db, std::int64_t& last_chain);

}  // namespace cogos::store
