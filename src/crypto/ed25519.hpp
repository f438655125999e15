#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::crypto {

/// An Ed25519 public key (RFC 8032) that was checked once: a canonical point of the prime-order group, so
/// neither small-order keys, which any signature can fit, nor second spellings of a key get in.
class Ed25519PublicKey {
 public:
  static constexpr std::size_t kBytes = 32;
  using Signature = ByteArray<64>;

  [[nodiscard]] static Result<Ed25519PublicKey> from_raw(ByteView raw);
  /// SPKI PEM as OpenSSL and others write it (RFC 8410 §4); at most 4 KiB.
  [[nodiscard]] static Result<Ed25519PublicKey> from_pem(std::string_view pem);

  [[nodiscard]] const ByteArray<kBytes>& raw() const noexcept { return raw_; }
  /// One trailing newline.
  [[nodiscard]] std::string pem() const;
  /// The whole SubjectPublicKeyInfo in DER.
  [[nodiscard]] std::string spki_der() const;
  /// RFC 8032 §5.1.7 without cofactor; refuses small-order R and non-canonical S. About 36 µs.
  [[nodiscard]] bool verify(ByteView message, ByteView signature) const noexcept;

 private:
  explicit Ed25519PublicKey(const ByteArray<kBytes>& raw) : raw_(raw) {}
  ByteArray<kBytes> raw_;
};

/// An Ed25519 private key. Made by something that can fail or by a Random; wiped when it goes.
class Ed25519PrivateKey {
 public:
  [[nodiscard]] static Ed25519PrivateKey generate(Random& random);
  [[nodiscard]] static Ed25519PrivateKey from_seed(std::span<const std::uint8_t, 32> seed);
  /// Unencrypted PKCS#8 PEM (RFC 8410 §7); at most 4 KiB.
  [[nodiscard]] static Result<Ed25519PrivateKey> from_pem(std::string_view pem);

  [[nodiscard]] Ed25519PublicKey public_key() const;
  /// About 13 µs. Thread-safe.
  [[nodiscard]] Ed25519PublicKey::Signature sign(ByteView message) const;
  /// The private half itself, for whoever made the pair to hand it over.
  [[nodiscard]] SecretText reveal_pem() const;

 private:
  Ed25519PrivateKey() = default;
  Secret<64> seed_and_public_;
};

}  // namespace cogos::crypto
