#include "crypto/hash.hpp"

#include <openssl/evp.h>
#include <sodium/utils.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "base/encoding.hpp"
#include "crypto/openssl_handle.hpp"

namespace cogos::crypto {
namespace {

constexpr std::size_t kBlock = 64;

/// Fetched once a process: EVP_sha256() would be looked up again at each init.
const EVP_MD* fetched_sha256() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (!md) throw std::runtime_error("OpenSSL offers no SHA-256");
  return md;
}

Handle<EVP_MD_CTX> new_digest() {
  Handle<EVP_MD_CTX> context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  return context;
}

void must_hash(int ok) {
  if (ok != 1) throw std::runtime_error("OpenSSL could not hash");
}

void start(EVP_MD_CTX* context) {
  must_hash(EVP_DigestInit_ex2(context, fetched_sha256(), nullptr));
}

void feed(EVP_MD_CTX* context, ByteView piece) {
  must_hash(EVP_DigestUpdate(context, piece.data(), piece.size()));
}

Digest end(EVP_MD_CTX* context) {
  Digest digest;
  unsigned size = 0;
  must_hash(EVP_DigestFinal_ex(context, digest.data(), &size));
  return digest;
}

using Pad = ByteArray<kBlock>;

/// RFC 2104 §2: the key, hashed if longer than a block, zero-filled, xor'ed with a constant.
Pad key_pad(ByteView key, std::uint8_t constant) {
  Pad pad{};
  if (key.size() > kBlock) {
    Digest digest = sha256(key);
    std::copy(digest.begin(), digest.end(), pad.begin());
    sodium_memzero(digest.data(), digest.size());
  } else {
    std::copy(key.begin(), key.end(), pad.begin());
  }
  for (auto& byte : pad) byte ^= constant;
  return pad;
}

EVP_MD_CTX* thread_digest() {
  thread_local const Handle<EVP_MD_CTX> context = new_digest();
  return context.get();
}

Digest sha256_of(std::span<const ByteView> pieces) {
  EVP_MD_CTX* context = thread_digest();
  start(context);
  for (const ByteView piece : pieces) feed(context, piece);
  return end(context);
}

Digest hmac_sha256_of(ByteView key, std::span<const ByteView> pieces) {
  Pad inner_pad = key_pad(key, 0x36);
  Pad outer_pad = key_pad(key, 0x5c);
  EVP_MD_CTX* context = thread_digest();
  start(context);
  feed(context, inner_pad);
  for (const ByteView piece : pieces) feed(context, piece);
  const Digest inner = end(context);
  start(context);
  feed(context, outer_pad);
  feed(context, inner);
  const Digest digest = end(context);
  // What the context still holds comes of the key; a new start overwrites all of it.
  start(context);
  sodium_memzero(inner_pad.data(), inner_pad.size());
  sodium_memzero(outer_pad.data(), outer_pad.size());
  return digest;
}

}  // namespace

Digest sha256(ByteView data) {
  return sha256_of({&data, 1});
}

std::string sha256_hex(ByteView data) {
  return base::to_hex(sha256(data));
}

std::string sha256_hex(std::span<const ByteView> pieces) {
  return base::to_hex(sha256_of(pieces));
}

struct Sha256::State {
  Handle<EVP_MD_CTX> context = new_digest();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  start(state_->context.get());
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(ByteView piece) {
  feed(state_->context.get(), piece);
}

Digest Sha256::finish() {
  return end(state_->context.get());
}

struct HmacSha256::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { sodium_memzero(outer_pad.data(), outer_pad.size()); }

  Handle<EVP_MD_CTX> inner = new_digest();  // EVP_MD_CTX_free cleanses the inner state
  Pad outer_pad{};
};

HmacSha256::HmacSha256(ByteView key) : state_(std::make_unique<State>()) {
  Pad inner_pad = key_pad(key, 0x36);
  state_->outer_pad = key_pad(key, 0x5c);
  start(state_->inner.get());
  feed(state_->inner.get(), inner_pad);
  sodium_memzero(inner_pad.data(), inner_pad.size());
}
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;
HmacSha256::~HmacSha256() = default;

void HmacSha256::update(ByteView piece) {
  feed(state_->inner.get(), piece);
}

Digest HmacSha256::finish() {
  const Digest inner = end(state_->inner.get());
  start(state_->inner.get());
  feed(state_->inner.get(), state_->outer_pad);
  feed(state_->inner.get(), inner);
  return end(state_->inner.get());
}

Digest hmac_sha256(ByteView key, ByteView data) {
  return hmac_sha256_of(key, {&data, 1});
}

Digest hkdf_sha256(ByteView input_key, ByteView salt, ByteView info) {
  // Extract; an empty salt stands for 32 zeros, which HMAC's zero-filling makes the same key.
  Digest prk = hmac_sha256(salt, input_key);
  const std::uint8_t counter = 1;
  const std::array<ByteView, 2> block{info, {&counter, 1}};
  const Digest output = hmac_sha256_of(prk, block);
  sodium_memzero(prk.data(), prk.size());
  return output;
}

}  // namespace cogos::crypto
