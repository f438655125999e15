#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::crypto {

/// An X25519 public key (RFC 7748), canonical and not of small order.
class X25519PublicKey {
 public:
  static constexpr std::size_t kBytes = 32;

  [[nodiscard]] static Result<X25519PublicKey> from_raw(ByteView raw);
  /// SPKI PEM (RFC 8410 §4); at most 4 KiB.
  [[nodiscard]] static Result<X25519PublicKey> from_pem(std::string_view pem);

  [[nodiscard]] const ByteArray<kBytes>& raw() const noexcept { return raw_; }
  [[nodiscard]] std::string pem() const;

 private:
  friend class X25519PrivateKey;
  explicit X25519PublicKey(const ByteArray<kBytes>& raw) : raw_(raw) {}
  ByteArray<kBytes> raw_;
};

/// An X25519 private key; wiped when it goes.
class X25519PrivateKey {
 public:
  [[nodiscard]] static X25519PrivateKey generate(Random& random);
  [[nodiscard]] static X25519PrivateKey from_raw(std::span<const std::uint8_t, 32> raw);
  /// Unencrypted PKCS#8 PEM (RFC 8410 §7); at most 4 KiB.
  [[nodiscard]] static Result<X25519PrivateKey> from_pem(std::string_view pem);

  /// One base-point multiplication, about 23 µs.
  [[nodiscard]] X25519PublicKey public_key() const;
  /// About 25 µs. Refuses an all-zero result (RFC 7748 §6.1).
  [[nodiscard]] Result<Secret<32>> agree(const X25519PublicKey& peer) const;
  [[nodiscard]] SecretText reveal_pem() const;

 private:
  X25519PrivateKey() = default;
  Secret<32> scalar_;
};

}  // namespace cogos::crypto
