#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace cogos {

/// How much there was within the last minute, by whole seconds of a monotonic clock. Thread-safe; its lock is
/// held for a moment, so it is for what happens a few thousand times a second at most.
class MinuteCount {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  void add(std::uint64_t amount, Moment now);
  /// In this second and the 59 before it.
  [[nodiscard]] std::uint64_t within(Moment now) const;

 private:
  struct Second {
    std::int64_t number = -1;
    std::uint64_t amount = 0;
  };
  mutable std::mutex mutex_;  // guards seconds_
  std::array<Second, 60> seconds_{};
};

}  // namespace cogos
