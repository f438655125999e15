#include "crypto/self_signed.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <stdexcept>

#include "crypto/openssl_handle.hpp"

namespace cogos::crypto {
namespace {

void require(bool ok) {
  if (!ok) throw std::runtime_error("OpenSSL could not make a certificate");
}

void extend(X509* certificate, int nid, const char* value) {
  const Handle<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

void set_random_serial(X509* certificate) {
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1);
}

}  // namespace

SelfSigned make_localhost_certificate(TimePoint now) {
  const Handle<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Handle<X509> certificate(X509_new());
  require(key && certificate);
  X509* x509 = certificate.get();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  constexpr std::chrono::hours kClockSlack{1};
  constexpr std::chrono::days kLifetime{365};
  const auto at = [](auto since_epoch) {
    return static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
  };
  require(X509_set_version(x509, X509_VERSION_3) == 1);
  set_random_serial(x509);
  require(ASN1_TIME_set(X509_getm_notBefore(x509), at(seconds - kClockSlack)) != nullptr);
  require(ASN1_TIME_set(X509_getm_notAfter(x509), at(seconds + kLifetime)) != nullptr);
  require(X509_set_pubkey(x509, key.get()) == 1);
  X509_NAME* name = X509_get_subject_name(x509);
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0) == 1);
  require(X509_set_issuer_name(x509, name) == 1);
  // A leaf that is its own trust anchor: clients trust this very certificate and it can vouch for no other.
  extend(x509, NID_basic_constraints, "critical,CA:FALSE");
  extend(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  extend(x509, NID_key_usage, "critical,digitalSignature");
  extend(x509, NID_ext_key_usage, "serverAuth");
  require(X509_sign(x509, key.get(), EVP_sha256()) > 0);

  const Handle<BIO> certificate_text(BIO_new(BIO_s_mem()));
  const Handle<BIO> key_text(BIO_new(BIO_s_secmem()));
  require(certificate_text && key_text && PEM_write_bio_X509(certificate_text.get(), x509) == 1 &&
          PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
              1);
  return {contents(certificate_text.get()), SecretText(contents(key_text.get()))};
}

}  // namespace cogos::crypto
