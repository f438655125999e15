#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "net/transport.hpp"

namespace cogos::net {

/// TLS by OpenSSL straight on the descriptor. Only what needs OpenSSL's types includes this header.
class TlsTransport final : public Transport {
 public:
  enum class Side : std::uint8_t { server, client };

  /// Throws std::bad_alloc.
  TlsTransport(Socket socket, SSL_CTX& context, Side side);

  Step handshake() override;
  Step read(std::span<char> into) override;
  Step write(std::string_view bytes) override;
  void finish() override;
  bool buffered() const override;

  [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }
  /// What made the last operation fail, for logs; takes it from this thread's queue, so ask at once.
  [[nodiscard]] std::string failure_text() const;

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  /// Before each operation.
  void begin() const noexcept;
  [[nodiscard]] Step after(int result, std::size_t bytes) const;

  std::unique_ptr<SSL, Free> ssl_;
  bool established_ = false;
};

}  // namespace cogos::net
