#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>

namespace cogos::crypto {

struct HandleDeleter {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};

/// What OpenSSL made and gives back by a function of its own.
template <class T>
using Handle = std::unique_ptr<T, HandleDeleter>;

}  // namespace cogos::crypto
