#include "stages/replay_cache.hpp"

#include <cstring>

namespace cogos::stages {

std::size_t ReplayCache::Hash::operator()(const ByteArray<64>& signature) const noexcept {
  // The signature was verified, so its bytes are spread well and no stranger can choose them.
  std::size_t value = 0;
  std::memcpy(&value, signature.data(), sizeof value);
  return value;
}

ReplayCache::Outcome ReplayCache::remember(const ByteArray<64>& signature, TimePoint until, TimePoint now) {
  const std::lock_guard lock(mutex_);
  forget_before(to_unix_ms(now) / 1000);
  if (seen_.contains(signature)) return Outcome::replayed;
  if (seen_.size() >= capacity_) return Outcome::full;
  seen_.insert(signature);
  by_second_[to_unix_ms(until) / 1000].push_back(signature);
  return Outcome::fresh;
}

void ReplayCache::forget_before(std::int64_t second) {
  while (!by_second_.empty() && by_second_.begin()->first < second) {
    for (const auto& signature : by_second_.begin()->second) seen_.erase(signature);
    by_second_.erase(by_second_.begin());
  }
}

}  // namespace cogos::stages
