#pragma once

#include <vector>

#include "base/spent_signature.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// The signatures of recorded calls, each in the transaction of its row, and of calls that owe none: about 30
/// bytes each. What is due is
/// deleted a little at a time, so the table holds those of about twenty minutes. The statements belong to the
/// writer's connection.
class SpentSignatures {
 public:
  explicit SpentSignatures(Database& db);

  void add(const SpentSignature& spent);
  /// Now and then deletes some that are due; to be called once a transaction or so.
  void trim(TimePoint now);

 private:
  Statement insert_;
  Statement trim_;
  unsigned added_ = 0;  ///< Since the last deletion.
};

/// Those whose time is still good.
[[nodiscard]] std::vector<SpentSignature> read_spent_signatures(Database& db, TimePoint now);

}  // namespace cogos::store
