#pragma once

#include <optional>

#include "base/time.hpp"

namespace cogos {

/// The wall clock moved against the monotonic one.
struct ClockJump {
  TimePoint before;  ///< What it would have shown without the jump.
  TimePoint after;   ///< What it showed.
  [[nodiscard]] std::chrono::milliseconds by() const noexcept { return after - before; }
};

/// Compares the two clocks from one observation to the next. What moves little by little is followed and no
/// jump, as when a time daemon slews; so is a jump of no more than the bound. Not thread-safe.
class ClockWatch {
 public:
  /// What two observations may differ by. A slewing clock gains or loses 1 ms in 2 s at most.
  static constexpr std::chrono::milliseconds kBound{2000};

  /// The first observation. `clock` must outlive the watch.
  explicit ClockWatch(const Clock& clock);

  /// A further one. Three readings of a clock, about 0.1 µs.
  [[nodiscard]] std::optional<ClockJump> observe();

 private:
  struct Reading {
    TimePoint wall;
    std::chrono::steady_clock::time_point monotonic;
  };
  /// Nothing where the process was held up at each attempt.
  [[nodiscard]] std::optional<Reading> read() const;

  const Clock& clock_;
  std::optional<Reading> last_;
};

}  // namespace cogos
