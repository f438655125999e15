#include "net/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <new>
#include <stdexcept>
#include <utility>

namespace cogos::net {
namespace {

struct FreePem {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

void trust_only(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, FreePem> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) throw std::bad_alloc();
  int trusted = 0;
  for (;;) {
    const std::unique_ptr<X509, FreePem> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    trusted += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
  }
  ERR_clear_error();
  if (trusted == 0) throw std::runtime_error("the PEM text to trust holds no certificate");
}

}  // namespace

TlsClient::TlsClient() : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
}

TlsClient::TlsClient(const std::string& extra_ca_file, const std::string& only_ca_pem) : TlsClient() {
  SSL_CTX* context = context_.get();
  if (!only_ca_pem.empty()) {
    trust_only(context, only_ca_pem);
    return;
  }
  if (SSL_CTX_set_default_verify_paths(context) != 1) {
    throw std::runtime_error("the system's store of certificate authorities cannot be used");
  }
  if (!extra_ca_file.empty() && SSL_CTX_load_verify_file(context, extra_ca_file.c_str()) != 1) {
    ERR_clear_error();
    throw std::runtime_error("the certificate authorities in " + extra_ca_file +
                             " cannot be read; give a PEM file of certificates");
  }
}

TlsClient TlsClient::unverified() {
  TlsClient client;
  SSL_CTX_set_verify(client.context_.get(), SSL_VERIFY_NONE, nullptr);
  return client;
}

TlsClient TlsClient::offering(TlsVersion version) {
  constexpr std::array<int, 4> kNumbers{TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  TlsClient client = unverified();
  SSL_CTX* context = client.context_.get();
  const int number = kNumbers.at(static_cast<std::size_t>(version));
  // OpenSSL offers 1.0 and 1.1 at level 0 only, and a system's own configuration may raise the lowest
  // version.
  const bool set = SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") == 1 &&
                   SSL_CTX_set_min_proto_version(context, number) == 1 &&
                   SSL_CTX_set_max_proto_version(context, number) == 1;
  if (!set) throw std::bad_alloc();
  return client;
}

std::unique_ptr<TlsTransport> TlsClient::open(Socket socket, const std::string& host) const {
  auto transport = std::make_unique<TlsTransport>(std::move(socket), *context_, TlsTransport::Side::client);
  SSL* ssl = transport->ssl();
  boost::system::error_code is_name;
  boost::asio::ip::make_address(host, is_name);
  bool set = false;
  if (is_name) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    set = SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  } else {
    // RFC 6066 §3: an address is no server name to indicate.
    set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  }
  if (!set) throw std::bad_alloc();  // without the check nothing may be sent
  return transport;
}

std::string TlsClient::verification_failure(const TlsTransport& transport) {
  const long result = SSL_get_verify_result(transport.ssl());
  return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

}  // namespace cogos::net
