#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace cogos::stages {

/// Remembers accepted signatures for as long as their time would still be accepted. Thread-safe; bounded.
class ReplayCache {
 public:
  /// `capacity` entries at most, about 100 bytes each.
  explicit ReplayCache(std::size_t capacity) : capacity_(capacity) {}

  enum class Outcome : std::uint8_t { fresh, replayed, full };
  /// Takes note of `signature`, which need not be remembered after `until`. `full`: no room for another one
  /// that is still within its window; the caller must refuse, since what is not remembered could be replayed.
  [[nodiscard]] Outcome remember(const ByteArray<64>& signature, TimePoint until, TimePoint now);

 private:
  struct Hash {
    std::size_t operator()(const ByteArray<64>& signature) const noexcept;
  };
  void forget_before(std::int64_t second);

  std::mutex mutex_;
  std::size_t capacity_;
  std::unordered_set<ByteArray<64>, Hash> seen_;
  std::map<std::int64_t, std::vector<ByteArray<64>>> by_second_;  // of `until`
};

}  // namespace cogos::stages
