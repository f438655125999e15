#include "base/minute_count.hpp"

namespace cogos {
namespace {

std::int64_t second_of(MinuteCount::Moment moment) {
  return std::chrono::floor<std::chrono::seconds>(moment.time_since_epoch()).count();
}

}  // namespace

void MinuteCount::add(std::uint64_t amount, Moment now) {
  const std::int64_t number = second_of(now);
  const auto place = static_cast<std::size_t>(number % static_cast<std::int64_t>(seconds_.size()));
  const std::lock_guard lock(mutex_);
  Second& second = seconds_.at(place);
  if (second.number != number) second = {number, 0};
  second.amount += amount;
}

std::uint64_t MinuteCount::within(Moment now) const {
  const std::int64_t last = second_of(now);
  std::uint64_t sum = 0;
  const std::lock_guard lock(mutex_);
  for (const Second& second : seconds_) {
    const bool recent = second.number <= last && second.number > last - 60;
    if (recent) sum += second.amount;
  }
  return sum;
}

}  // namespace cogos
