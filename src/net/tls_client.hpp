#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

#include "net/tls_transport.hpp"

namespace cogos::net {

enum class TlsVersion : std::uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };

/// The client side of TLS: 1.2 and 1.3, certificates verified against the system's store. Safe to use from
/// any thread once made.
class TlsClient {
 public:
  /// `extra_ca_file` adds to the system's store; `only_ca_pem` takes the place of both. Either may be empty.
  /// Throws std::runtime_error where what is to be trusted cannot be read.
  TlsClient(const std::string& extra_ca_file, const std::string& only_ca_pem);

  /// To find out what a server speaks: offers this version alone, with whatever suites it has, and verifies
  /// nothing. No request may be sent over it. Throws std::bad_alloc.
  [[nodiscard]] static TlsClient offering(TlsVersion version);
  /// As the first, but verifies nothing: for loopback addresses.
  [[nodiscard]] static TlsClient unverified();

  /// Before its handshake; `host` is a name or an address as in a certificate, without brackets. The
  /// handshake fails where the certificate is not valid for it. Throws std::bad_alloc.
  [[nodiscard]] std::unique_ptr<TlsTransport> open(Socket socket, const std::string& host) const;

  /// Why the handshake of `transport` failed; empty where it was not the certificate.
  [[nodiscard]] static std::string verification_failure(const TlsTransport& transport);

 private:
  TlsClient();  // without anything to trust
  struct Free {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

}  // namespace cogos::net
