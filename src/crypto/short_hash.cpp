#include "crypto/short_hash.hpp"

#include <sodium/crypto_shorthash.h>

#include <cstring>

namespace cogos::crypto {

static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == sizeof(std::uint64_t));

ShortHash::ShortHash(Random& random) {
  random.fill(key_.reveal());
}

std::uint64_t ShortHash::operator()(ByteView bytes) const noexcept {
  ByteArray<sizeof(std::uint64_t)> out;
  crypto_shorthash(out.data(), bytes.data(), bytes.size(), key_.reveal().data());
  std::uint64_t value = 0;
  std::memcpy(&value, out.data(), sizeof value);
  return value;
}

}  // namespace cogos::crypto
