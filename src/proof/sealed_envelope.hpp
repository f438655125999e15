#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"
#include "crypto/x25519.hpp"

namespace cogos::proof {

/// A seal with its costly half done: the X25519 agreement (about 50 µs) is made where the request runs, and
/// the encryption (under 1 µs) where the row gets its time, since that is part of the associated data.
/// Move-only; the ephemeral private key is gone by the time this exists, and the plaintext and AES key go
/// with it.
class PendingSeal {
 public:
  /// `plaintext` is canonical JSON. Fails where the agreement gives zero, which a checked key cannot cause.
  [[nodiscard]] static Result<PendingSeal> prepare(const crypto::X25519PublicKey& recipient,
                                                   std::string plaintext, Random& random);

  /// Bytes to be sealed; the envelope is a third longer, and some 300 bytes.
  [[nodiscard]] std::size_t size() const noexcept { return plaintext_.reveal().size(); }
  /// The envelope in canonical JSON. Call once.
  [[nodiscard]] std::string seal(std::string_view tenant_id, std::string_view app_id, std::string_view ts) &&;

 private:
  PendingSeal() = default;

  crypto::Secret<32> key_;
  ByteArray<12> nonce_{};
  ByteArray<32> ephemeral_public_{};
  std::string kid_;
  crypto::SecretText plaintext_;
};

/// As cogos::open_envelope, with a key that was read before.
[[nodiscard]] Result<std::string> open_envelope(std::string_view envelope_json,
                                                const crypto::X25519PrivateKey& private_key,
                                                std::string_view tenant_id, std::string_view app_id,
                                                std::string_view ts);

}  // namespace cogos::proof
