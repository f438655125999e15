#include "stages/rate.hpp"

namespace cogos::stages {

http::RateStanding standing(const Drawn& drawn, std::uint32_t per_minute) {
  return {per_minute, drawn.remaining, drawn.full_after};
}

std::string duration_text(std::chrono::nanoseconds duration) {
  constexpr std::int64_t kSecond = 1000;
  constexpr std::int64_t kMinute = 60;
  const std::int64_t ms = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  if (ms < kSecond) return std::to_string(ms) + "ms";
  const std::int64_t s = (ms + kSecond - 1) / kSecond;
  const std::string seconds = std::to_string(s % kMinute) + "s";
  return s < kMinute ? seconds : std::to_string(s / kMinute) + "m" + seconds;
}

}  // namespace cogos::stages
