#include "crypto/ed25519.hpp"

#include <sodium/crypto_core_ed25519.h>
#include <sodium/crypto_sign_ed25519.h>

#include "crypto/pem.hpp"

namespace cogos::crypto {

Result<Ed25519PublicKey> Ed25519PublicKey::from_raw(ByteView raw) {
  // is_valid_point: canonical, on the curve, in the main subgroup, not of small order.
  if (raw.size() != kBytes || crypto_core_ed25519_is_valid_point(raw.data()) != 1) {
    return Error(ErrorCode::invalid_request,
                 "not an acceptable Ed25519 public key: it must be 32 bytes, "
                 "canonical and of prime order");
  }
  ByteArray<kBytes> copy;
  std::copy(raw.begin(), raw.end(), copy.begin());
  return Ed25519PublicKey(copy);
}

Result<Ed25519PublicKey> Ed25519PublicKey::from_pem(std::string_view pem) {
  const auto raw = read_spki_pem(KeyKind::ed25519, pem);
  if (!raw) return raw.error();
  return from_raw(*raw);
}

std::string Ed25519PublicKey::pem() const {
  return spki_pem(KeyKind::ed25519, raw_);
}

std::string Ed25519PublicKey::spki_der() const {
  return crypto::spki_der(KeyKind::ed25519, raw_);
}

bool Ed25519PublicKey::verify(ByteView message, ByteView signature) const noexcept {
  return signature.size() == crypto_sign_ed25519_BYTES &&
         crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), raw_.data()) ==
             0;
}

Ed25519PrivateKey Ed25519PrivateKey::generate(Random& random) {
  Secret<32> seed;
  random.fill(seed.reveal());
  return from_seed(seed.reveal());
}

Ed25519PrivateKey Ed25519PrivateKey::from_seed(std::span<const std::uint8_t, 32> seed) {
  Ed25519PrivateKey key;
  ByteArray<32> public_half;
  crypto_sign_ed25519_seed_keypair(public_half.data(), key.seed_and_public_.reveal().data(), seed.data());
  return key;
}

Result<Ed25519PrivateKey> Ed25519PrivateKey::from_pem(std::string_view pem) {
  const auto seed = read_pkcs8_pem(KeyKind::ed25519, pem);
  if (!seed) return seed.error();
  return from_seed(seed->reveal());
}

Ed25519PublicKey Ed25519PrivateKey::public_key() const {
  return Ed25519PublicKey::from_raw(seed_and_public_.reveal().subspan<32, 32>()).value();
}

Ed25519PublicKey::Signature Ed25519PrivateKey::sign(ByteView message) const {
  Ed25519PublicKey::Signature signature;
  crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(),
                               seed_and_public_.reveal().data());
  return signature;
}

SecretText Ed25519PrivateKey::reveal_pem() const {
  return pkcs8_pem(KeyKind::ed25519, seed_and_public_.reveal().first<32>());
}

}  // namespace cogos::crypto
