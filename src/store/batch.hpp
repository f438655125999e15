#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "proof/audit_log.hpp"
#include "store/database.hpp"
#include "store/heads.hpp"
#include "store/heads_digest.hpp"
#include "store/spent_signatures.hpp"

namespace cogos::store {

/// A change that goes with a row, or alone. It gets the place that the row has. A failure, or a StoreError
/// because of a uniqueness constraint (which becomes conflict), undoes this change and its row, no others.
using Mutation = std::function<Result<void>(const proof::ChainHead&)>;

/// One thing to be made durable. Move-only.
struct WriteJob {
  std::optional<proof::RowDraft> row;
  Mutation mutation;
  proof::AuditLog::Appended done;
  /// A second row, in another chain, that goes with `row` and the mutation or not at all. Few jobs have one.
  std::unique_ptr<proof::RowDraft> second_row = nullptr;
  bool urgent = false;  ///< Not refused for the length of the queue.
};

/// A millisecond and how many rows have it as their time.
struct Moment {
  TimePoint ts = TimePoint::min();
  std::uint32_t rows = 0;
};

/// The statements by which rows get in; they belong to the writer's connection.
struct RowStatements {
  explicit RowStatements(Database& db);
  Statement insert_row;
  Statement put_chain;
  Statement put_digest;
  SpentSignatures spent_signatures;
};

/// The rows of one transaction: gives each its place after those before it, whether they are durable yet or
/// not. Forgets it all unless the transaction is committed and heads() published.
class Batch {
 public:
  /// So many rows of all chains share a millisecond at most; a further one gets the next. A page of rows
  /// never splits a millisecond, and while the clock is behind the rows all of them would get the same one.
  static constexpr std::uint32_t kMaxRowsAMoment = 256;

  /// Rows get no time below `floor`; `moment` is that of the last durable row.
  Batch(Database& db, RowStatements& statements, const Heads& durable, std::int64_t next_chain_id,
        const Clock& clock, TimePoint floor, Moment moment)
      : db_(db),
        statements_(statements),
        durable_(durable),
        next_chain_id_(next_chain_id),
        clock_(clock),
        newest_(floor),
        moment_(moment) {}

  /// The head that the job makes (an empty one where it has no row), or why it alone failed. Throws
  /// StoreError where the transaction as a whole cannot go on. Uses up the job's row.
  Result<proof::ChainHead> add(WriteJob& job);
  /// Writes the new ends of the chains; the last thing before the commit.
  void finish(HeadsDigest& digest);

  [[nodiscard]] const ChainMap& heads() const noexcept { return heads_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  /// The time of its last row; the floor where it has none.
  [[nodiscard]] TimePoint newest() const noexcept { return newest_; }
  [[nodiscard]] Moment moment() const noexcept { return moment_; }
  [[nodiscard]] std::int64_t next_chain_id() const noexcept { return next_chain_id_; }

 private:
  Result<proof::ChainHead> add_undoable(WriteJob& job);
  Result<proof::ChainHead> add_all(WriteJob& job);
  Result<proof::ChainHead> place(proof::RowDraft draft);
  [[nodiscard]] TimePoint next_time() const;
  [[nodiscard]] KnownChain chain_now(const proof::ChainId& chain) const;

  Database& db_;
  RowStatements& statements_;
  const Heads& durable_;
  std::int64_t next_chain_id_;
  const Clock& clock_;
  ChainMap heads_;
  std::uint64_t rows_ = 0;
  TimePoint newest_;
  Moment moment_;
};

}  // namespace cogos::store
