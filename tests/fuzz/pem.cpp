// Keys in PEM: what is accepted is written again as a PEM that gives the same key.
#include "crypto/pem.hpp"

#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos::crypto;
  using cogos::fuzz::expect;
  const auto text = cogos::fuzz::text(data, size);
  if (const auto key = Ed25519PublicKey::from_pem(text)) {
    expect(Ed25519PublicKey::from_pem(key->pem())->raw() == key->raw(), "a public key round-trips");
  }
  if (const auto key = X25519PublicKey::from_pem(text)) {
    expect(X25519PublicKey::from_pem(key->pem())->raw() == key->raw(), "a sealing key round-trips");
  }
  if (const auto key = Ed25519PrivateKey::from_pem(text)) {
    const auto again = Ed25519PrivateKey::from_pem(key->reveal_pem().reveal());
    expect(again && again->public_key().raw() == key->public_key().raw(), "a private key round-trips");
  }
  static_cast<void>(X25519PrivateKey::from_pem(text));
  return 0;
}
