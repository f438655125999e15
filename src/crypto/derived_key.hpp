#pragma once

#include "crypto/secret.hpp"

namespace cogos::crypto {

/// HKDF-SHA-256 (RFC 5869) of 32 bytes, which nobody else has a copy of.
[[nodiscard]] Secret<32> derive_key(ByteView input_key, ByteView salt, ByteView info);

}  // namespace cogos::crypto
