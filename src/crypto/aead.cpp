#include "crypto/aead.hpp"

#include <openssl/evp.h>
#include <sodium/utils.h>

#include <new>
#include <stdexcept>

#include "crypto/openssl_handle.hpp"

namespace cogos::crypto {
namespace {

/// One context a thread; the key schedule of the last use is cleansed by Lease.
EVP_CIPHER_CTX* thread_context() {
  thread_local const Handle<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  if (!context) throw std::bad_alloc();
  return context.get();
}

const EVP_CIPHER* fetched_cipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (!cipher) throw std::runtime_error("OpenSSL offers no AES-256-GCM");
  return cipher;
}

/// Cleanses the key schedule whatever way the operation ends.
class Lease {
 public:
  Lease() : context_(thread_context()) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { EVP_CIPHER_CTX_reset(context_); }
  [[nodiscard]] EVP_CIPHER_CTX* get() const noexcept { return context_; }

 private:
  EVP_CIPHER_CTX* context_;
};

int checked_size(ByteView bytes) {
  if (bytes.size() > (1U << 30U)) throw std::length_error("more than 1 GiB for one AEAD operation");
  return static_cast<int>(bytes.size());
}

void must_encrypt(int ok) {
  if (ok != 1) throw std::runtime_error("OpenSSL could not encrypt");
}

}  // namespace

AeadBox aead_seal(std::span<const std::uint8_t, kAeadKeyBytes> key,
                  std::span<const std::uint8_t, kAeadNonceBytes> nonce, ByteView associated,
                  ByteView plaintext) {
  const Lease lease;
  AeadBox box;
  box.ciphertext.resize(plaintext.size());
  int written = 0;
  must_encrypt(EVP_EncryptInit_ex2(lease.get(), fetched_cipher(), key.data(), nonce.data(), nullptr));
  must_encrypt(
      EVP_EncryptUpdate(lease.get(), nullptr, &written, associated.data(), checked_size(associated)));
  must_encrypt(EVP_EncryptUpdate(lease.get(), box.ciphertext.data(), &written, plaintext.data(),
                                 checked_size(plaintext)));
  must_encrypt(EVP_EncryptFinal_ex(lease.get(), nullptr, &written));
  must_encrypt(EVP_CIPHER_CTX_ctrl(lease.get(), EVP_CTRL_AEAD_GET_TAG, kAeadTagBytes, box.tag.data()));
  return box;
}

Result<void> aead_open(std::span<const std::uint8_t, kAeadKeyBytes> key,
                       std::span<const std::uint8_t, kAeadNonceBytes> nonce, ByteView associated,
                       ByteView ciphertext, std::span<const std::uint8_t, kAeadTagBytes> tag,
                       std::span<std::uint8_t> plaintext) {
  if (plaintext.size() != ciphertext.size()) throw std::logic_error("aead_open: sizes differ");
  const Lease lease;
  ByteArray<kAeadTagBytes> expected;
  std::copy(tag.begin(), tag.end(), expected.begin());
  int written = 0;
  const bool opened =
      EVP_DecryptInit_ex2(lease.get(), fetched_cipher(), key.data(), nonce.data(), nullptr) == 1 &&
      EVP_DecryptUpdate(lease.get(), nullptr, &written, associated.data(), checked_size(associated)) == 1 &&
      EVP_DecryptUpdate(lease.get(), plaintext.data(), &written, ciphertext.data(),
                        checked_size(ciphertext)) == 1 &&
      EVP_CIPHER_CTX_ctrl(lease.get(), EVP_CTRL_AEAD_SET_TAG, kAeadTagBytes, expected.data()) == 1 &&
      EVP_DecryptFinal_ex(lease.get(), nullptr, &written) == 1;
  if (!opened) {
    sodium_memzero(plaintext.data(), plaintext.size());
    return Error(ErrorCode::verification_failed, "the sealed bytes do not open: another key, or altered");
  }
  return {};
}

}  // namespace cogos::crypto
