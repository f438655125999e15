#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cogos {

/// How many values of which size there were, for metrics. Safe to use from any thread without a lock: a value
/// costs a search among the bounds and two relaxed additions.
class Histogram {
 public:
  /// `bounds` are the largest values of each bucket, ascending; one more bucket takes what is larger. Static.
  explicit Histogram(std::span<const std::uint64_t> bounds)
      : bounds_(bounds), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {}

  void observe(std::uint64_t value) noexcept;

  struct Reading {
    std::span<const std::uint64_t> bounds;
    std::vector<std::uint64_t> counts;  ///< Of each bucket by itself; one more than bounds.
    std::uint64_t sum = 0;
    [[nodiscard]] std::uint64_t count() const noexcept;
  };
  /// Values that come in meanwhile may be in it by their count alone.
  [[nodiscard]] Reading read() const;

 private:
  const std::span<const std::uint64_t> bounds_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace cogos
