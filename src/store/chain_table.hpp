#pragma once

#include "store/database.hpp"
#include "store/heads.hpp"
#include "store/heads_digest.hpp"

namespace cogos::store {

/// `chains` as it stands. Throws StoreError.
[[nodiscard]] ChainMap read_chains(Database& db);

/// Throws StoreError where a chain's last row is not the one that `chains` names, so that nothing is appended
/// after a cut. One index look-up a chain.
void check_ends(Database& db, const ChainMap& chains);

/// The digest over all heads as it is kept; nothing in a store without rows.
[[nodiscard]] std::optional<HeadsDigest> read_heads_digest(Database& db);
[[nodiscard]] HeadsDigest digest_of(const ChainMap& chains);

}  // namespace cogos::store
