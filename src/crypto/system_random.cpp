#include "crypto/system_random.hpp"

#include <sodium/core.h>
#include <sodium/randombytes.h>
#include <sodium/randombytes_internal_random.h>

#include <stdexcept>

namespace cogos::crypto {

SystemRandom::SystemRandom() {
  // ChaCha20 seeded by the kernel, a stream a thread, its key replaced after each use: a request draws three
  // times, and a system call for each would cost more than what it is drawn for.
  randombytes_set_implementation(&randombytes_internal_implementation);
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  randombytes_buf(out.data(), out.size());
}

}  // namespace cogos::crypto
