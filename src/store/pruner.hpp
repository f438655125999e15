#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proof/audit_row.hpp"
#include "store/file_space.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// Whose rows are meant: every customer's, one tenant's, or one app's of a tenant.
struct PruneScope {
  TimePoint before;  ///< Rows older than this.
  std::optional<std::string> tenant_id;
  std::optional<std::string> app_id;  ///< Only with tenant_id.
};

/// One chain's rows from the first to `up_to_seq`; some of them have their envelope still.
struct PrunePlan {
  proof::ChainId chain;
  std::int64_t chain_number = 0;  ///< In `chains`.
  std::uint64_t up_to_seq = 0;
  std::uint64_t rows = 0;   ///< With an envelope.
  std::uint64_t bytes = 0;  ///< Of these envelopes.
};

/// The `detail` of the `_operator` row that records a plan, as fsck reads it.
[[nodiscard]] std::map<std::string, std::string> prune_record(const PrunePlan& plan, TimePoint before);

/// What one step erased.
struct PruneStep {
  std::uint64_t last_seq = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  bool more = false;  ///< Whether the plan goes on after `last_seq`.
};

/// Erases envelopes of old rows; cores and hashes stay, so chains and receipts verify as before. Nothing of
/// an envelope is left in the file (secure_delete) once the store is closed, which empties the write-ahead
/// log. Blocking, for a process that serves nobody.
class Pruner {
 public:
  struct Limits {
    // One transaction erases so much at most, which bounds the write-ahead log and the memory.
    std::size_t rows = 1000;
    std::uint64_t bytes = std::uint64_t{8} << 20U;
  };

  Pruner(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

  /// The chains that have something to erase, by tenant and app. The system's own chains are never among
  /// them: the record of what was erased must not erase itself. Looks at each row in question once. Throws
  /// StoreError.
  [[nodiscard]] std::vector<PrunePlan> plan(const PruneScope& scope);

  /// Erases the plan's envelopes after `after_seq`, as many as the limits allow, in one transaction. The
  /// first step brings the `_operator` row that records the plan, in that same transaction, so a crash at any
  /// moment leaves no erased envelope without its record. Fails with verification_failed, and erases nothing,
  /// at an envelope that is not the one its row hashed, since it is evidence; with audit_unavailable where it
  /// could not be written.
  [[nodiscard]] Result<PruneStep> erase(const PrunePlan& plan, std::uint64_t after_seq,
                                        std::optional<proof::RowDraft> record, const Limits& limits);
  [[nodiscard]] Result<PruneStep> erase(const PrunePlan& plan, std::uint64_t after_seq,
                                        std::optional<proof::RowDraft> record) {
    return erase(plan, after_seq, std::move(record), Limits());
  }

  [[nodiscard]] FileSpace space();

 private:
  Writer& writer_;
  Readers& readers_;
};

}  // namespace cogos::store
