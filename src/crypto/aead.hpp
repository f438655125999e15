#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "cogos/result.hpp"

namespace cogos::crypto {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;

struct AeadBox {
  std::vector<std::uint8_t> ciphertext;  ///< As long as the plaintext.
  ByteArray<kAeadTagBytes> tag{};
};

/// AES-256-GCM (NIST SP 800-38D). A nonce must never repeat under one key.
[[nodiscard]] AeadBox aead_seal(std::span<const std::uint8_t, kAeadKeyBytes> key,
                                std::span<const std::uint8_t, kAeadNonceBytes> nonce, ByteView associated,
                                ByteView plaintext);

/// Fails with verification_failed where key, nonce, associated data, ciphertext or tag do not belong
/// together; nothing of the plaintext is left behind then. `plaintext` must be as long as `ciphertext`.
[[nodiscard]] Result<void> aead_open(std::span<const std::uint8_t, kAeadKeyBytes> key,
                                     std::span<const std::uint8_t, kAeadNonceBytes> nonce,
                                     ByteView associated, ByteView ciphertext,
                                     std::span<const std::uint8_t, kAeadTagBytes> tag,
                                     std::span<std::uint8_t> plaintext);

}  // namespace cogos::crypto
