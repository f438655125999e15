#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cogos::stages {

/// The last N moments of something: enough to know whether N of them lie within a sliding window.
template <std::size_t N>
class Recent {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  void add(Instant moment) noexcept {
    moments_[next_] = moment;
    next_ = static_cast<std::uint8_t>((next_ + 1) % N);
    count_ = static_cast<std::uint8_t>(std::min<std::size_t>(count_ + 1U, N));
  }
  /// How many of them are not before `since`.
  [[nodiscard]] std::uint32_t since(Instant since) const noexcept {
    const auto known = moments_.begin() + count_;
    return static_cast<std::uint32_t>(
        std::count_if(moments_.begin(), known, [since](Instant moment) { return moment >= since; }));
  }

 private:
  std::array<Instant, N> moments_{};
  std::uint8_t next_ = 0;
  std::uint8_t count_ = 0;
};

}  // namespace cogos::stages
