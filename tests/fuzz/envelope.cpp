// Sealed envelopes: what is sealed opens to the same bytes, and neither in another row nor with a byte
// changed.
#include "cogos/sealed_envelope.hpp"
#include "fuzz.hpp"
#include "proof/sealed_envelope.hpp"
#include "support/counting_random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  static test::CountingRandom random;
  static const auto key = crypto::X25519PrivateKey::generate(random);
  static const crypto::SecretText pem = key.reveal_pem();
  constexpr std::string_view kTs = "2026-11-23T20:00:00.123Z";

  // The first two bytes say what is changed, the rest is the plaintext; or the envelope, should it be one.
  if (size < 2) return 0;
  const auto text = fuzz::text(data + 2, size - 2);
  expect(!open_envelope(text, pem.reveal(), "acme", "_default", kTs),
         "nobody else seals to a new key by accident");

  auto pending = proof::PendingSeal::prepare(key.public_key(), std::string(text), random);
  expect(pending.has_value(), "sealing to a checked key does not fail");
  std::string envelope = std::move(*pending).seal("acme", "_default", kTs);
  const auto opened = open_envelope(envelope, pem.reveal(), "acme", "_default", kTs);
  expect(opened && *opened == text, "what is sealed opens to the same bytes");
  expect(!open_envelope(envelope, pem.reveal(), "acme", "other", kTs), "an envelope belongs to its row");

  const std::size_t at = (data[0] * 256U + data[1]) % envelope.size();
  const auto before = envelope[at];
  envelope[at] = static_cast<char>(before ^ 1);
  expect(!open_envelope(envelope, pem.reveal(), "acme", "_default", kTs), "a changed envelope does not open");
  return 0;
}
