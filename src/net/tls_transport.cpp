#include "net/tls_transport.hpp"

#include <openssl/err.h>

#include <new>
#include <utility>

#include "net/socket_bio.hpp"

namespace cogos::net {
namespace {

/// Enough for the longest record in pieces; whatever more is there waits for its turn.
constexpr int kReadsAtOnce = 4;

}  // namespace

TlsTransport::TlsTransport(Socket socket, SSL_CTX& context, Side side)
    : Transport(std::move(socket)), ssl_(SSL_new(&context)) {
  BIO* bio = new_socket_bio(descriptor(), side == Side::server);
  if (!ssl_ || bio == nullptr) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  SSL_set_bio(ssl_.get(), bio, bio);
  if (side == Side::server) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

Transport::Step TlsTransport::handshake() {
  begin();
  const int result = SSL_do_handshake(ssl_.get());
  established_ = result == 1;
  return after(result, 0);
}

Transport::Step TlsTransport::read(std::span<char> into) {
  begin();
  std::size_t bytes = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
  return after(result, bytes);
}

Transport::Step TlsTransport::write(std::string_view text) {
  begin();
  std::size_t bytes = 0;
  const int result = SSL_write_ex(ssl_.get(), text.data(), text.size(), &bytes);
  return after(result, bytes);
}

void TlsTransport::begin() const noexcept {
  ERR_clear_error();
  allow_reads(SSL_get_rbio(ssl_.get()), kReadsAtOnce);
}

Transport::Step TlsTransport::after(int result, std::size_t bytes) const {
  if (result == 1) return {Outcome::done, bytes};
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Outcome::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::end};
    default:
      return {Outcome::failed};
  }
}

void TlsTransport::finish() {
  if (established_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  send_fin();
}

bool TlsTransport::buffered() const {
  return SSL_has_pending(ssl_.get()) == 1;
}

std::string TlsTransport::failure_text() const {
  const auto code = ERR_peek_last_error();
  if (code == 0) return "the connection was closed";
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "TLS error" : reason;
}

std::unique_ptr<Transport> make_tls_server_transport(Socket socket, ssl_ctx_st& context) {
  return std::make_unique<TlsTransport>(std::move(socket), context, TlsTransport::Side::server);
}

}  // namespace cogos::net
