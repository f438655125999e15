#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "net/connection.hpp"
#include "net/tls_context.hpp"
#include "net/token.hpp"

namespace cogos::net {

/// A listening socket and its accept loop. The ingress listener drops what does not come from a trusted proxy
/// before reading a byte. Safe to use from any thread once it runs.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  struct Options {
    boost::asio::ip::tcp::endpoint endpoint;
    TlsContexts* tls = nullptr;  ///< Null for plaintext.
    http::Door door = http::Door::front;
    bool ingress = false;  ///< Behind a front door that terminates TLS.
    std::function<void(std::string_view)> warn;
  };

  /// Binds. Throws std::runtime_error that names the address and the reason. `io` must outlive it.
  Listener(boost::asio::io_context& io, std::shared_ptr<ConnectionContext> context, Options options);

  void start();
  void stop();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  static http::Task<void> run(std::shared_ptr<Listener> self);
  http::Task<void> accept_until_stopped();
  http::Task<void> back_off(const boost::system::error_code& reason);
  void take(Socket socket);
  void warn(std::string_view text) const;

  boost::asio::io_context& io_;
  const std::shared_ptr<ConnectionContext> context_;
  const Options options_;
  const http::Executor strand_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, http::Executor> acceptor_;
  Timer timer_;
  std::uint16_t port_ = 0;
  bool in_trouble_ = false;
};

}  // namespace cogos::net
