#include "crypto/derived_key.hpp"

#include "crypto/hash.hpp"

namespace cogos::crypto {

Secret<32> derive_key(ByteView input_key, ByteView salt, ByteView info) {
  Digest derived = hkdf_sha256(input_key, salt, info);
  Secret<32> key;
  std::copy(derived.begin(), derived.end(), key.reveal().begin());
  sodium_memzero(derived.data(), derived.size());
  return key;
}

}  // namespace cogos::crypto
