#pragma once

#include "base/random.hpp"

namespace cogos::crypto {

/// The kernel's generator (getrandom) by way of libsodium. Thread-safe. Ends the process if it cannot
/// deliver.
class SystemRandom final : public Random {
 public:
  /// Throws std::runtime_error where libsodium cannot be set up.
  SystemRandom();
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace cogos::crypto
