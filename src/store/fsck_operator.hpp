#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "store/database.hpp"
#include "store/heads.hpp"

namespace cogos::store {

/// What the `_operator` chain says of the rest of the store.
struct OperatorRecords {
  /// Up to which seq envelopes may be missing, by chain.
  std::map<proof::ChainId, std::uint64_t> pruned_up_to;
  /// Where `attestation_keys` and the chain contradict each other.
  std::vector<std::string> problems;
};

/// Reads the `_operator` chain once; whether it holds is checked apart from this. Memory grows with the
/// number of attestation keys, one a start. Throws StoreError.
[[nodiscard]] OperatorRecords read_operator_records(Database& db, const ChainMap& chains);

}  // namespace cogos::store
