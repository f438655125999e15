#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include "base/histogram.hpp"
#include "base/minute_count.hpp"
#include "store/batch.hpp"
#include "store/bounded_queue.hpp"
#include "store/database.hpp"
#include "store/free_space.hpp"
#include "store/heads.hpp"
#include "store/settled_mark.hpp"

namespace cogos::store {

struct WriterOptions {
  std::size_t max_queued = 4096;
  std::size_t max_batch = 256;
  int checkpoint_pages = 500;
  std::function<void(const Error&)> on_failure;
};

/// The one thread that writes, with the one connection that does; it also makes all checkpoints, since SQLite
/// before 3.51.3 can lose a log that two connections reset. What is queued when it comes round becomes one
/// transaction; it never waits for more. After the first failure of the disk it writes nothing any more: what
/// a failed fsync left behind is not known, and a second one that succeeds proves nothing. A disk that is
/// nearly full is refused before anything is tried, and taken again once it has room.
class Writer {
 public:
  /// `digest` and `next_chain_id` as they are in the database. The references must outlive the writer.
  Writer(Database db, HeadsDigest digest, std::int64_t next_chain_id, Heads& heads, SettledMark& mark,
         FreeSpace& space, const Clock& clock, WriterOptions options);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  /// As AuditLog::append describes. Thread-safe. A job has a row, a mutation, or both.
  void submit(WriteJob job);
  /// Takes nothing more, writes what is queued, empties the write-ahead log into the database. Idempotent.
  void close();

  /// For mutations, which run on the writer's thread; prepare statements before the first submit().
  [[nodiscard]] Database& database() noexcept { return db_; }

  // Readings for the store's status; each atomic by itself.
  [[nodiscard]] bool writable() const { return writable_.load() && space_.has_room_for(owed_bytes()); }
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  [[nodiscard]] std::optional<TimePoint> last_commit() const noexcept;
  [[nodiscard]] std::uint64_t rows_written() const noexcept { return rows_written_.load(); }
  [[nodiscard]] std::uint64_t commits() const noexcept { return commits_.load(); }
  [[nodiscard]] std::uint64_t rows_last_minute() const { return recent_rows_.within(clock_.monotonic()); }
  [[nodiscard]] const Histogram& commit_changes() const noexcept { return commit_changes_; }
  [[nodiscard]] const Histogram& commit_ns() const noexcept { return commit_ns_; }

 private:
  using Outcomes = std::vector<Result<proof::ChainHead>>;

  void run();
  void write(std::vector<WriteJob>& jobs);
  /// Nothing where nothing was tried: another program holds the database's lock, or the disk is nearly full.
  std::optional<Outcomes> commit(std::vector<WriteJob>& jobs);
  /// What the log will take of the disk when it goes into the database.
  [[nodiscard]] std::uint64_t owed_bytes() const noexcept;
  void checkpoint(int mode);
  void fail(const StoreError& error);

  Database db_;
  RowStatements statements_;
  HeadsDigest digest_;
  std::int64_t next_chain_id_;
  Moment moment_;
  Heads& heads_;
  SettledMark& mark_;
  FreeSpace& space_;
  const Clock& clock_;
  const WriterOptions options_;
  BoundedQueue<WriteJob> queue_;
  /// Of the log, not in the database yet. Set by SQLite's hook at each commit, and by checkpoints.
  std::atomic<int> wal_pages_{0};
  std::string failure_;
  std::atomic<bool> writable_{true};
  std::atomic<std::int64_t> last_commit_ms_{INT64_MIN};
  std::atomic<std::uint64_t> rows_written_{0};
  std::atomic<std::uint64_t> commits_{0};
  MinuteCount recent_rows_;
  Histogram commit_changes_;
  Histogram commit_ns_;
  std::thread thread_;
};

}  // namespace cogos::store
