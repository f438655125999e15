#pragma once

#include <mutex>

#include "base/random.hpp"

namespace cogos::test {

/// Bytes that differ from call to call and are the same in each run. Thread-safe.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    for (std::uint8_t& byte : out) {
      // A 64-bit linear congruential generator; its upper bits are even enough for keys of tests.
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::uint8_t>(state_ >> 56U);
    }
  }

 private:
  std::mutex mutex_;
  std::uint64_t state_ = 1;
};

}  // namespace cogos::test
