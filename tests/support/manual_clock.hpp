#pragma once

#include <atomic>

#include "base/time.hpp"

namespace cogos::test {

/// A clock that moves only when told. Thread-safe.
class ManualClock final : public Clock {
 public:
  /// Starts at 2026-01-01T00:00:00Z.
  ManualClock() = default;
  explicit ManualClock(TimePoint start) : now_ms_(to_unix_ms(start)) {}

  [[nodiscard]] TimePoint now() const override { return from_unix_ms(now_ms_.load()); }
  [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::time_point{std::chrono::milliseconds{monotonic_ms_.load()}};
  }

  /// Both clocks go on.
  void advance(std::chrono::milliseconds by) {
    now_ms_ += by.count();
    monotonic_ms_ += by.count();
  }
  /// The wall clock jumps, either way; the monotonic one does not.
  void set(TimePoint now) { now_ms_ = to_unix_ms(now); }

 private:
  std::atomic<std::int64_t> now_ms_ = 1'767'225'600'000;
  std::atomic<std::int64_t> monotonic_ms_ = 1'000'000;
};

}  // namespace cogos::test
