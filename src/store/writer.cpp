#include "store/writer.hpp"

#include <array>

#include "store/errors.hpp"

namespace cogos::store {
namespace {

/// The mark must learn of the end of a batch whatever way it ends.
class BatchInProgress {
 public:
  explicit BatchInProgress(SettledMark& mark) : mark_(mark), floor_(mark.begin_batch()) {}
  BatchInProgress(const BatchInProgress&) = delete;
  BatchInProgress& operator=(const BatchInProgress&) = delete;
  ~BatchInProgress() { mark_.end_batch(newest_); }
  [[nodiscard]] TimePoint floor() const noexcept { return floor_; }
  void durable(TimePoint newest) noexcept { newest_ = newest; }

 private:
  SettledMark& mark_;
  TimePoint floor_;
  TimePoint newest_ = TimePoint::min();
};

int note_wal_pages(void* pages, sqlite3*, const char*, int count) {
  static_cast<std::atomic<int>*>(pages)->store(count);
  return SQLITE_OK;
}

constexpr std::array<std::uint64_t, 9> kChangeBounds{1, 2, 4, 8, 16, 32, 64, 128, 256};
constexpr std::uint64_t kMs = 1'000'000;
constexpr std::array<std::uint64_t, 12> kTimeBounds{kMs / 10,    kMs / 4,   kMs / 2,     kMs,
                                                    5 * kMs / 2, 5 * kMs,   10 * kMs,    25 * kMs,
                                                    100 * kMs,   250 * kMs, 1'000 * kMs, 5'000 * kMs};

constexpr std::uint64_t kPageBytes = 4096;  // SQLite's default

/// What the jobs add to the log at most: a page of the table and of each index a row, its envelope in base64,
/// and the pages that every commit touches.
std::uint64_t bytes_at_most(const std::vector<WriteJob>& jobs) {
  std::uint64_t bytes = 16 * kPageBytes;
  for (const WriteJob& job : jobs) {
    bytes += 4 * kPageBytes;
    if (job.row && job.row->seal) bytes += 2 * job.row->seal->size();
    if (!job.second_row) continue;
    bytes += 4 * kPageBytes;
    if (job.second_row->seal) bytes += 2 * job.second_row->seal->size();
  }
  return bytes;
}

}  // namespace

Writer::Writer(Database db, HeadsDigest digest, std::int64_t next_chain_id, Heads& heads, SettledMark& mark,
               FreeSpace& space, const Clock& clock, WriterOptions options)
    : db_(std::move(db)),
      statements_(db_),
      digest_(digest),
      next_chain_id_(next_chain_id),
      heads_(heads),
      mark_(mark),
      space_(space),
      clock_(clock),
      options_(std::move(options)),
      queue_(options_.max_queued),
      commit_changes_(kChangeBounds),
      commit_ns_(kTimeBounds) {
  sqlite3_wal_hook(db_.handle(), note_wal_pages, &wal_pages_);
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  close();
}

void Writer::submit(WriteJob job) {
  switch (queue_.put(job, job.urgent)) {
    case BoundedQueue<WriteJob>::Put::taken:
      return;
    case BoundedQueue<WriteJob>::Put::full:
      return job.done(overloaded("the audit log's queue is full"));
    case BoundedQueue<WriteJob>::Put::closed:
      return job.done(unavailable("the store takes no more changes: it failed before or is closing"));
  }
}

void Writer::close() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

std::optional<TimePoint> Writer::last_commit() const noexcept {
  const std::int64_t ms = last_commit_ms_.load();
  return ms == INT64_MIN ? std::nullopt : std::optional(from_unix_ms(ms));
}

void Writer::run() {
  for (auto jobs = queue_.take(options_.max_batch); !jobs.empty(); jobs = queue_.take(options_.max_batch)) {
    write(jobs);
    if (writable_ && wal_pages_ > options_.checkpoint_pages) checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  }
  if (writable_) checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

void Writer::write(std::vector<WriteJob>& jobs) {
  std::optional<Outcomes> outcomes;
  std::optional<StoreError> failed;
  // Each page twice: in the log, and in the database when the log goes there.
  const bool has_room = space_.has_room_for(owed_bytes() + 2 * bytes_at_most(jobs));
  if (writable_ && has_room) {
    try {
      outcomes = commit(jobs);
    } catch (const StoreError& error) {
      failed = error;
      // Before anybody is answered, so that who asks next is refused at once.
      writable_ = false;
      failure_ = error.what();
      queue_.close();
    }
  }
  const std::string why = !failure_.empty() ? failure_
                          : !has_room       ? "the disk is nearly full"
                                            : "another program holds the database's lock";
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].done(outcomes ? std::move((*outcomes)[i]) : unavailable(why));
  }
  if (failed) fail(*failed);
}

std::optional<Writer::Outcomes> Writer::commit(std::vector<WriteJob>& jobs) {
  const auto begun = clock_.monotonic();
  BatchInProgress in_progress(mark_);
  std::optional<Transaction> transaction;
  try {
    transaction.emplace(db_, Transaction::Kind::writing);
  } catch (const StoreError& error) {
    // Nothing was tried yet, so nothing is in doubt.
    if (error.primary_code() == SQLITE_BUSY) return std::nullopt;
    throw;
  }
  Batch batch(db_, statements_, heads_, next_chain_id_, clock_, in_progress.floor(), moment_);
  Outcomes outcomes;
  outcomes.reserve(jobs.size());
  for (WriteJob& job : jobs) outcomes.push_back(batch.add(job));
  HeadsDigest digest = digest_;
  batch.finish(digest);
  transaction->commit();

  digest_ = digest;
  next_chain_id_ = batch.next_chain_id();
  moment_ = batch.moment();
  heads_.publish(batch.heads());
  if (batch.rows() > 0) in_progress.durable(batch.newest());
  rows_written_ += batch.rows();
  ++commits_;
  last_commit_ms_ = to_unix_ms(clock_.now());
  const auto ended = clock_.monotonic();
  recent_rows_.add(batch.rows(), ended);
  commit_changes_.observe(jobs.size());
  commit_ns_.observe(static_cast<std::uint64_t>(std::chrono::nanoseconds(ended - begun).count()));
  return outcomes;
}

std::uint64_t Writer::owed_bytes() const noexcept {
  return static_cast<std::uint64_t>(wal_pages_.load()) * kPageBytes;
}

void Writer::checkpoint(int mode) {
  int pages = 0;
  int moved = 0;
  if (sqlite3_wal_checkpoint_v2(db_.handle(), nullptr, mode, &pages, &moved) == SQLITE_OK) {
    wal_pages_ = pages - moved;
    return;
  }
  const int code = sqlite3_extended_errcode(db_.handle());
  // Somebody reads an older state; the log stays as long as it is until they are done.
  if ((code & 0xff) == SQLITE_BUSY) return;
  fail(StoreError(std::string("checkpoint: ") + sqlite3_errmsg(db_.handle()), code));
}

void Writer::fail(const StoreError& error) {
  writable_ = false;
  failure_ = error.what();
  queue_.close();
  if (!options_.on_failure) return;
  options_.on_failure(
      Error(ErrorCode::audit_unavailable,
            error.primary_code() == SQLITE_FULL
                ? "The disk is full: nothing can be written until there is room and the "
                  "server is started again."
                : "The store failed: nothing can be written until the server is started again.",
            error.what()));
}

}  // namespace cogos::store
