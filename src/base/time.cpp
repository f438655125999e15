#include "base/time.hpp"

#include <charconv>

namespace cogos {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

/// Reads exactly `digits` decimal digits at `pos` and moves past them.
std::optional<int> number(std::string_view text, std::size_t& pos, std::size_t digits) {
  if (pos + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[pos + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  pos += digits;
  return value;
}

bool skip(std::string_view text, std::size_t& pos, char wanted) {
  if (pos >= text.size() || text[pos] != wanted) return false;
  ++pos;
  return true;
}

/// Everything before the fraction.
std::optional<std::chrono::sys_seconds> date_and_time(std::string_view text, std::size_t& pos) {
  const auto year = number(text, pos, 4);
  if (!year || !skip(text, pos, '-')) return std::nullopt;
  const auto month = number(text, pos, 2);
  if (!month || !skip(text, pos, '-')) return std::nullopt;
  const auto day = number(text, pos, 2);
  if (!day || !skip(text, pos, 'T')) return std::nullopt;
  const auto hour = number(text, pos, 2);
  if (!hour || !skip(text, pos, ':')) return std::nullopt;
  const auto minute = number(text, pos, 2);
  if (!minute || !skip(text, pos, ':')) return std::nullopt;
  const auto second = number(text, pos, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second};
}

}  // namespace

std::string to_rfc3339(TimePoint time) {
  const auto midnight = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{midnight};
  auto rest = (time - midnight).count();
  std::string out = "0000-00-00T00:00:00.000Z";
  const auto put = [&out](std::size_t at, std::size_t digits, std::int64_t value) {
    for (std::size_t i = digits; i-- > 0; value /= 10) out[at + i] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(20, 3, rest % 1000);
  rest /= 1000;
  put(17, 2, rest % 60);
  put(14, 2, rest / 60 % 60);
  put(11, 2, rest / 3600);
  return out;
}

std::optional<TimePoint> from_rfc3339(std::string_view text) {
  if (text.size() != 24 || text[19] != '.' || text[23] != 'Z') return std::nullopt;
  return from_rfc3339_lenient(text);
}

std::optional<TimePoint> from_rfc3339_lenient(std::string_view text) {
  std::size_t pos = 0;
  const auto seconds = date_and_time(text, pos);
  if (!seconds) return std::nullopt;
  int millis = 0;
  if (skip(text, pos, '.')) {
    const std::size_t start = pos;
    for (int weight = 100; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, weight /= 10) {
      millis += (text[pos] - '0') * weight;
    }
    if (pos == start || pos - start > 9) return std::nullopt;
  }
  TimePoint time = *seconds + milliseconds{millis};
  if (skip(text, pos, 'Z')) return pos == text.size() ? std::optional{time} : std::nullopt;
  const bool east = skip(text, pos, '+');
  if (!east && !skip(text, pos, '-')) return std::nullopt;
  const auto hours = number(text, pos, 2);
  if (!hours || !skip(text, pos, ':')) return std::nullopt;
  const auto minutes = number(text, pos, 2);
  if (!minutes || *hours > 23 || *minutes > 59 || pos != text.size()) return std::nullopt;
  const auto offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return east ? time - offset : time + offset;
}

}  // namespace cogos
