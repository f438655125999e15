// What each cryptographic operation of a request costs.
#include <benchmark/benchmark.h>

#include <string>

#include "crypto/aead.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "crypto/x25519.hpp"
#include "keys/dek.hpp"

namespace cogos::bench {
namespace {

crypto::SystemRandom& system_random() {
  static crypto::SystemRandom random;
  return random;
}

void ed25519_sign(benchmark::State& state) {
  const auto key = crypto::Ed25519PrivateKey::generate(system_random());
  const std::string payload(400, 'p');  // an attestation's
  for (auto _ : state) benchmark::DoNotOptimize(key.sign(as_bytes(payload)));
}
BENCHMARK(ed25519_sign);

void ed25519_verify(benchmark::State& state) {
  const auto key = crypto::Ed25519PrivateKey::generate(system_random());
  const auto public_key = key.public_key();
  const std::string text(130, 't');  // a signed request's
  const auto signature = key.sign(as_bytes(text));
  for (auto _ : state) benchmark::DoNotOptimize(public_key.verify(as_bytes(text), signature));
}
BENCHMARK(ed25519_verify);

void x25519_key_pair(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::X25519PrivateKey::generate(system_random()).public_key());
  }
}
BENCHMARK(x25519_key_pair);

void x25519_agreement(benchmark::State& state) {
  const auto ours = crypto::X25519PrivateKey::generate(system_random());
  const auto theirs = crypto::X25519PrivateKey::generate(system_random()).public_key();
  for (auto _ : state) benchmark::DoNotOptimize(ours.agree(theirs));
}
BENCHMARK(x25519_agreement);

void sha256(benchmark::State& state) {
  const std::string body(static_cast<std::size_t>(state.range(0)), 'b');
  for (auto _ : state) benchmark::DoNotOptimize(crypto::sha256(as_bytes(body)));
}
BENCHMARK(sha256)->Arg(64)->Arg(700)->Arg(4096);

void hmac_sha256(benchmark::State& state) {
  const std::string secret(64, 's');
  const std::string body(static_cast<std::size_t>(state.range(0)), 'b');
  for (auto _ : state) benchmark::DoNotOptimize(crypto::hmac_sha256(as_bytes(secret), as_bytes(body)));
}
BENCHMARK(hmac_sha256)->Arg(700)->Arg(4096);

void hkdf_sha256(benchmark::State& state) {
  const std::string shared(32, 's');
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::hkdf_sha256(as_bytes(shared), {}, as_bytes("cogos/seal/v1")));
  }
}
BENCHMARK(hkdf_sha256);

void aes_256_gcm_seal(benchmark::State& state) {
  const ByteArray<32> key{};
  const ByteArray<12> nonce{};
  const std::string plaintext(400, 'c');  // an envelope's
  const std::string associated(50, 'a');
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::aead_seal(key, nonce, as_bytes(associated), as_bytes(plaintext)));
  }
}
BENCHMARK(aes_256_gcm_seal);

void open_hmac_secret(benchmark::State& state) {
  const auto dek = keys::Dek::from_hex(std::string(64, 'd')).value();
  const keys::HmacSecret secret;
  const auto box = dek.seal_hmac("key-1", secret, system_random());
  for (auto _ : state) benchmark::DoNotOptimize(dek.open_hmac("key-1", box));
}
BENCHMARK(open_hmac_secret);

void random_16_bytes(benchmark::State& state) {
  ByteArray<16> bytes;
  for (auto _ : state) system_random().fill(bytes);
}
BENCHMARK(random_16_bytes);

}  // namespace
}  // namespace cogos::bench
