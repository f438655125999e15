#include "store/settled_mark.hpp"

#include <algorithm>

namespace cogos::store {
namespace {

constexpr std::chrono::milliseconds kTick{1};

}  // namespace

TimePoint SettledMark::begin_batch() {
  const std::lock_guard lock(mutex_);
  ++batches_begun_;
  return mark_;
}

void SettledMark::end_batch(TimePoint newest) {
  {
    const std::lock_guard lock(mutex_);
    ++batches_ended_;
    mark_ = std::max(mark_, newest);
    newest_durable_ = std::max(newest_durable_, newest);
  }
  batch_ended_.notify_all();
}

TimePoint SettledMark::settle(TimePoint last, TimePoint now) {
  std::unique_lock lock(mutex_);
  return raise_and_wait(lock, now > last ? last + kTick : last);
}

TimePoint SettledMark::settle(TimePoint now) {
  std::unique_lock lock(mutex_);
  // No further than just past the newest row, so that a clock that jumps ahead and back again does not push
  // the rows' times ahead merely because somebody read. Also, a next process can keep this promise.
  const bool past = newest_durable_ != TimePoint::min() && now > newest_durable_;
  return raise_and_wait(lock, past ? newest_durable_ + kTick : mark_);
}

TimePoint SettledMark::raise_and_wait(std::unique_lock<std::mutex>& lock, TimePoint mark) {
  mark_ = std::max(mark_, mark);
  const TimePoint settled = mark_;
  const std::uint64_t wanted = batches_begun_;
  batch_ended_.wait(lock, [&] { return batches_ended_ >= wanted; });
  return settled;
}

}  // namespace cogos::store
