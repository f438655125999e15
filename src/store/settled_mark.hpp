#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/time.hpp"

namespace cogos::store {

/// Keeps one promise between the writer and the readers: no row is given a time below the mark any more. The
/// mark never falls. It is at least the time of the newest durable row of any chain, so rows are in time
/// order store-wide, and a reader who has come to an end of the rows can go on from there. Thread-safe.
class SettledMark {
 public:
  /// `newest`: of the rows there are. The mark starts after it, since a former process may have promised so.
  explicit SettledMark(TimePoint newest) : mark_(newest + std::chrono::milliseconds{1}) {}

  /// The writer is about to give out times, none of them below the mark returned. One batch at a time.
  [[nodiscard]] TimePoint begin_batch();
  /// The batch is durable and visible, or given up (then `newest` is TimePoint::min()).
  void end_batch(TimePoint newest);

  /// Waits for the batch under way, if any. Rows below the mark returned are all durable and visible then, or
  /// never will be. Raises the mark past `last` if the clock, at `now`, is past it, and otherwise to `last`,
  /// the time of a durable row.
  [[nodiscard]] TimePoint settle(TimePoint last, TimePoint now);
  /// The same without a row to go by.
  [[nodiscard]] TimePoint settle(TimePoint now);

 private:
  [[nodiscard]] TimePoint raise_and_wait(std::unique_lock<std::mutex>& lock, TimePoint mark);

  std::mutex mutex_;
  std::condition_variable batch_ended_;
  TimePoint mark_;
  TimePoint newest_durable_ = TimePoint::min();
  std::uint64_t batches_begun_ = 0;
  std::uint64_t batches_ended_ = 0;
};

}  // namespace cogos::store
