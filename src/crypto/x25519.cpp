#include "crypto/x25519.hpp"

#include <sodium/crypto_scalarmult_curve25519.h>

#include "crypto/pem.hpp"

namespace cogos::crypto {
namespace {

/// RFC 7748 §5 lets a reader reduce u modulo 2^255-19; one spelling a key is safer: u < p, top bit clear.
bool is_canonical(ByteView raw) {
  if (raw[31] > 0x7f) return false;
  if (raw[31] < 0x7f) return true;
  for (std::size_t i = 30; i > 0; --i) {
    if (raw[i] != 0xff) return true;
  }
  return raw[0] < 0xed;
}

/// Whether some multiple of it is zero for every clamped scalar: clamping clears the cofactor, so one try
/// tells.
bool has_small_order(ByteView raw) {
  ByteArray<32> scalar{};
  scalar[0] = 8;
  ByteArray<32> product;
  return crypto_scalarmult_curve25519(product.data(), scalar.data(), raw.data()) != 0;
}

}  // namespace

Result<X25519PublicKey> X25519PublicKey::from_raw(ByteView raw) {
  if (raw.size() != kBytes || !is_canonical(raw) || has_small_order(raw)) {
    return Error(
        ErrorCode::invalid_request,
        "not an acceptable X25519 public key: it must be 32 bytes, canonical and not of small order");
  }
  ByteArray<kBytes> copy;
  std::copy(raw.begin(), raw.end(), copy.begin());
  return X25519PublicKey(copy);
}

Result<X25519PublicKey> X25519PublicKey::from_pem(std::string_view pem) {
  const auto raw = read_spki_pem(KeyKind::x25519, pem);
  if (!raw) return raw.error();
  return from_raw(*raw);
}

std::string X25519PublicKey::pem() const {
  return spki_pem(KeyKind::x25519, raw_);
}

X25519PrivateKey X25519PrivateKey::generate(Random& random) {
  X25519PrivateKey key;
  random.fill(key.scalar_.reveal());
  return key;
}

X25519PrivateKey X25519PrivateKey::from_raw(std::span<const std::uint8_t, 32> raw) {
  X25519PrivateKey key;
  std::copy(raw.begin(), raw.end(), key.scalar_.reveal().begin());
  return key;
}

Result<X25519PrivateKey> X25519PrivateKey::from_pem(std::string_view pem) {
  const auto raw = read_pkcs8_pem(KeyKind::x25519, pem);
  if (!raw) return raw.error();
  return from_raw(raw->reveal());
}

X25519PublicKey X25519PrivateKey::public_key() const {
  ByteArray<32> raw;
  crypto_scalarmult_curve25519_base(raw.data(), scalar_.reveal().data());
  return X25519PublicKey(raw);
}

Result<Secret<32>> X25519PrivateKey::agree(const X25519PublicKey& peer) const {
  Secret<32> shared;
  // libsodium returns -1 where the result is all zero.
  if (crypto_scalarmult_curve25519(shared.reveal().data(), scalar_.reveal().data(), peer.raw().data()) != 0) {
    return Error(ErrorCode::verification_failed, "the X25519 agreement gave zero: a small-order public key");
  }
  return shared;
}

SecretText X25519PrivateKey::reveal_pem() const {
  return pkcs8_pem(KeyKind::x25519, scalar_.reveal());
}

}  // namespace cogos::crypto
