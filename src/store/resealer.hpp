#pragma once

#include <string>
#include <utility>
#include <vector>

#include "keys/key_record.hpp"
#include "proof/audit_row.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// All that rests under the DEK, sealed under another one.
struct Resealed {
  std::vector<std::pair<std::string, keys::SealedHmacSecret>> secrets;  ///< By key id; every key's.
  keys::SealedHmacSecret check;                                         ///< As keys::Dek::check_value().
};

/// Puts the store under another DEK. Blocking, for a process that serves nobody. What lay under the former
/// one is overwritten (secure_delete), and gone from the write-ahead log once the store is closed.
class Resealer {
 public:
  explicit Resealer(Writer& writer) : writer_(writer) {}

  /// All in one transaction with the row that records it. Fails with conflict, and changes nothing, where the
  /// store has not just these keys; with audit_unavailable where it could not be written.
  [[nodiscard]] Result<void> reseal(const Resealed& all, proof::RowDraft record);

 private:
  Writer& writer_;
};

}  // namespace cogos::store
