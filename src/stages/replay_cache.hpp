#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "base/bytes.hpp"
#include "base/spent_signature.hpp"
#include "base/time.hpp"

namespace cogos::stages {

/// Remembers accepted signatures for as long as their time would still be accepted. Thread-safe; bounded.
class ReplayCache {
 public:
  /// `capacity` entries at most, about 70 bytes each.
  explicit ReplayCache(std::size_t capacity) : capacity_(capacity) {}

  enum class Outcome : std::uint8_t { fresh, replayed, full };
  /// Takes note of it. `full`: no room for another one that is still within its window; the caller must
  /// refuse, since what is not remembered could be replayed.
  [[nodiscard]] Outcome remember(const SpentSignature& spent, TimePoint now);

 private:
  using Mark = ByteArray<16>;
  struct Hash {
    std::size_t operator()(const Mark& mark) const noexcept;
  };
  void forget_before(std::int64_t second);

  std::mutex mutex_;
  std::size_t capacity_;
  std::unordered_set<Mark, Hash> seen_;
  std::map<std::int64_t, std::vector<Mark>> by_second_;  // of `until`
};

}  // namespace cogos::stages
