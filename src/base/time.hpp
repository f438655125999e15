#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cogos {

/// UTC with the wire's resolution.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

/// Unix milliseconds, the form of `ts` in tokens and headers.
[[nodiscard]] constexpr std::int64_t to_unix_ms(TimePoint time) noexcept {
  return time.time_since_epoch().count();
}
[[nodiscard]] constexpr TimePoint from_unix_ms(std::int64_t ms) noexcept {
  return TimePoint{std::chrono::milliseconds{ms}};
}

/// RFC 3339 UTC, exactly three decimals and `Z`; years 0 to 9999.
[[nodiscard]] std::string to_rfc3339(TimePoint time);
/// Accepts exactly what to_rfc3339 writes.
[[nodiscard]] std::optional<TimePoint> from_rfc3339(std::string_view text);
/// Accepts any RFC 3339 §5.6 date-time: zero to nine decimals (cut to three), `Z` or a numeric offset.
[[nodiscard]] std::optional<TimePoint> from_rfc3339_lenient(std::string_view text);

/// Where time comes from. Implementations are safe to call from any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  /// Wall-clock time; may jump either way.
  [[nodiscard]] virtual TimePoint now() const = 0;
  /// For intervals: never runs back, has no fixed origin.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point monotonic() const = 0;
};

}  // namespace cogos
