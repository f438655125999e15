#include "crypto/pem.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <new>

#include "base/encoding.hpp"
#include "base/wipe.hpp"
#include "crypto/openssl_handle.hpp"

namespace cogos::crypto {
namespace {

constexpr std::size_t kMaxPem = 4096;

using Key = Handle<EVP_PKEY>;

std::string_view name(KeyKind kind) {
  return kind == KeyKind::ed25519 ? "Ed25519" : "X25519";
}

/// RFC 8410 §3: the last byte of the algorithm's OID, 1.3.101.112 or .110.
char oid_end(KeyKind kind) {
  return kind == KeyKind::ed25519 ? '\x70' : '\x6e';
}

std::string armour(std::string_view label, std::string_view base64) {
  std::string pem;
  pem.reserve(128);
  pem.append("-----BEGIN ").append(label).append("-----\n");
  pem.append(base64).append("\n-----END ").append(label).append("-----\n");
  return pem;
}

/// Refuses to decrypt: a passphrase prompt on a server would hang it.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

/// One block, with nothing but white space after it. OpenSSL skips blocks of other kinds before the first
/// that fits and ignores what follows it, so that two readers of one text could see different keys.
bool is_one_block(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "\n-----END ";
  const auto begin = pem.find(kBegin);
  const auto end = pem.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return false;
  if (pem.find(kBegin, begin + 1) != std::string_view::npos) return false;
  const auto line_end = std::min(pem.find('\n', end + 1), pem.size());
  return pem.find_first_not_of(" \t\r\n", line_end) == std::string_view::npos;
}

template <class Read>
Result<Key> read(KeyKind kind, std::string_view pem, std::string_view what, Read read_pem) {
  const Error bad(ErrorCode::invalid_request, "not " + std::string(what) + " key in PEM for " +
                                                  std::string(name(kind)) + "; make one with `cogos keygen`");
  if (pem.size() > kMaxPem || !is_one_block(pem)) return bad;
  const Handle<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) throw std::bad_alloc();
  Key key(read_pem(bio.get(), nullptr, &no_passphrase, nullptr));
  ERR_clear_error();
  const int wanted = kind == KeyKind::ed25519 ? EVP_PKEY_ED25519 : EVP_PKEY_X25519;
  if (!key || EVP_PKEY_get_base_id(key.get()) != wanted) return bad;
  return key;
}

}  // namespace

std::string spki_der(KeyKind kind, std::span<const std::uint8_t, 32> raw) {
  std::string der("\x30\x2a\x30\x05\x06\x03\x2b\x65?\x03\x21\x00", 12);
  der[8] = oid_end(kind);
  return der.append(as_text(raw));
}

std::string spki_pem(KeyKind kind, std::span<const std::uint8_t, 32> raw) {
  return armour("PUBLIC KEY", base::to_base64(as_bytes(spki_der(kind, raw))));
}

SecretText pkcs8_pem(KeyKind kind, std::span<const std::uint8_t, 32> raw) {
  std::string der;
  der.reserve(48);
  der.assign("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65?\x04\x22\x04\x20", 16);
  der[11] = oid_end(kind);
  der.append(as_text(raw));
  std::string base64 = base::to_base64(as_bytes(der));
  SecretText pem(armour("PRIVATE KEY", base64));
  base::wipe(base64);
  base::wipe(der);
  return pem;
}

Result<ByteArray<32>> read_spki_pem(KeyKind kind, std::string_view pem) {
  const auto key =
      read(kind, pem, "a public", [](auto... arguments) { return PEM_read_bio_PUBKEY(arguments...); });
  if (!key) return key.error();
  ByteArray<32> raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key->get(), raw.data(), &size) != 1 || size != raw.size()) {
    return Error(ErrorCode::invalid_request, "the public key has no raw form");
  }
  return raw;
}

Result<Secret<32>> read_pkcs8_pem(KeyKind kind, std::string_view pem) {
  const auto key =
      read(kind, pem, "a private", [](auto... arguments) { return PEM_read_bio_PrivateKey(arguments...); });
  if (!key) return key.error();
  Secret<32> raw;
  std::size_t size = raw.reveal().size();
  if (EVP_PKEY_get_raw_private_key(key->get(), raw.reveal().data(), &size) != 1 || size != 32) {
    return Error(ErrorCode::invalid_request, "the private key has no raw form");
  }
  return raw;
}

}  // namespace cogos::crypto
