#include "base/clock_watch.hpp"

namespace cogos {

ClockWatch::ClockWatch(const Clock& clock) : clock_(clock), last_(read()) {}

std::optional<ClockWatch::Reading> ClockWatch::read() const {
  // A process that was held up between the two readings would see a jump that never was.
  constexpr auto kAtOnce = kBound / 4;
  constexpr int kTries = 4;
  for (int tries = 0; tries < kTries; ++tries) {
    const auto monotonic = clock_.monotonic();
    const TimePoint wall = clock_.now();
    if (clock_.monotonic() - monotonic < kAtOnce) return Reading{wall, monotonic};
  }
  return std::nullopt;
}

std::optional<ClockJump> ClockWatch::observe() {
  const auto now = read();
  const auto last = last_;
  if (!now) return std::nullopt;
  last_ = now;
  if (!last) return std::nullopt;
  const auto passed = std::chrono::floor<std::chrono::milliseconds>(now->monotonic - last->monotonic);
  const ClockJump moved{last->wall + passed, now->wall};
  return std::chrono::abs(moved.by()) > kBound ? std::optional(moved) : std::nullopt;
}

}  // namespace cogos
