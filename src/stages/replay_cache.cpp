#include "stages/replay_cache.hpp"

#include <cstring>

namespace cogos::stages {

std::size_t ReplayCache::Hash::operator()(const Mark& mark) const noexcept {
  // Part of a SHA-256 already.
  std::size_t value = 0;
  std::memcpy(&value, mark.data(), sizeof value);
  return value;
}

ReplayCache::Outcome ReplayCache::remember(const SpentSignature& spent, TimePoint now) {
  const std::lock_guard lock(mutex_);
  forget_before(to_unix_ms(now) / 1000);
  if (seen_.contains(spent.mark)) return Outcome::replayed;
  if (seen_.size() >= capacity_) return Outcome::full;
  seen_.insert(spent.mark);
  by_second_[to_unix_ms(spent.until) / 1000].push_back(spent.mark);
  return Outcome::fresh;
}

void ReplayCache::forget_before(std::int64_t second) {
  while (!by_second_.empty() && by_second_.begin()->first < second) {
    const auto oldest = by_second_.begin();
    for (const Mark& mark : oldest->second) seen_.erase(mark);
    by_second_.erase(oldest);
  }
}

}  // namespace cogos::stages
