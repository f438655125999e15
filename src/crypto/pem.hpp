#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::crypto {

/// The two curves of RFC 8410 that this project speaks.
enum class KeyKind : std::uint8_t { ed25519, x25519 };

/// SPKI of a 32-byte public key, in DER and in PEM.
[[nodiscard]] std::string spki_der(KeyKind kind, std::span<const std::uint8_t, 32> raw);
[[nodiscard]] std::string spki_pem(KeyKind kind, std::span<const std::uint8_t, 32> raw);
/// PKCS#8 of a 32-byte private key.
[[nodiscard]] SecretText pkcs8_pem(KeyKind kind, std::span<const std::uint8_t, 32> raw);

/// The 32 bytes in a PEM of exactly that kind; at most 4 KiB of text. Never asks for a passphrase.
[[nodiscard]] Result<ByteArray<32>> read_spki_pem(KeyKind kind, std::string_view pem);
[[nodiscard]] Result<Secret<32>> read_pkcs8_pem(KeyKind kind, std::string_view pem);

}  // namespace cogos::crypto
