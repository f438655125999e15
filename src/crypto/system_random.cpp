#include "crypto/system_random.hpp"

#include <sodium/core.h>
#include <sodium/randombytes.h>

#include <stdexcept>

namespace cogos::crypto {

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  randombytes_buf(out.data(), out.size());
}

}  // namespace cogos::crypto
