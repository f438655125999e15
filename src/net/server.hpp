#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "http/budget.hpp"
#include "http/service.hpp"
#include "net/ingress.hpp"
#include "net/limits.hpp"
#include "net/tls_context.hpp"

namespace cogos::net {

struct ServerOptions {
  std::string tls_listen;  ///< `address:port` or `[v6]:port`; empty for none. Port 0 takes a free one.
  /// The operators' listener, with the same certificate; likewise.
  std::string operators_listen;
  /// The ingress listener, likewise. Takes connections from trusted_proxies only, and requests that say that
  /// they came by https.
  std::string plaintext_listen;
  http::Networks trusted_proxies;
  /// A listener without TLS that takes connections from anybody: for a service that sends them to https.
  std::string public_plaintext_listen;
  ConnectionLimits limits;
  /// Beyond it connections are answered 503; beyond an eighth more (and 16) they are closed at once.
  std::size_t max_connections = 4096;
  /// For large bodies of requests, over all connections; null for no bound.
  std::shared_ptr<http::Budget> memory;
  /// Is told, from any thread, what an operator should know, such as a lack of file descriptors. May be
  /// empty.
  std::function<void(std::string_view)> warn;
};

/// What all listeners need in common; see server.cpp.
struct ServerState;

/// `address:port`, IPv6 in brackets. Fails with invalid_request; the message quotes `text`.
[[nodiscard]] Result<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);

/// Takes connections and hands their requests to a service, each connection on a strand of its own. Safe to
/// call from any thread. `io`, `service`, `clock`, `random` and `tls` must outlive the io_context's last run.
class Server {
 public:
  /// `tls` may be null where tls_listen and operators_listen are empty.
  Server(boost::asio::io_context& io, http::Service& service, const Clock& clock, Random& random,
         TlsContexts* tls, ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Binds and begins to accept. Throws std::runtime_error that names the address and the reason.
  void start();

  /// The ports bound; 0 where there is no such listener.
  [[nodiscard]] std::uint16_t tls_port() const noexcept;
  [[nodiscard]] std::uint16_t operators_port() const noexcept;
  [[nodiscard]] std::uint16_t plaintext_port() const noexcept;
  [[nodiscard]] std::uint16_t public_plaintext_port() const noexcept;

  /// Closes the listening sockets. Idempotent.
  void stop_accepting();

  /// Stops accepting, closes idle connections at once and lets the others finish their exchange, whose answer
  /// then says `Connection: close`. What is left after `bound` is cancelled and cut. `done` runs once, on the
  /// io_context, when no connection is left, and one second after `bound` at the latest. Call once.
  void drain(std::chrono::milliseconds bound, std::function<void()> done);

  /// Open connections at this moment.
  [[nodiscard]] std::size_t connections() const;

 private:
  std::shared_ptr<ServerState> state_;
  ServerOptions options_;
  std::uint16_t tls_port_ = 0;
  std::uint16_t operators_port_ = 0;
  std::uint16_t plaintext_port_ = 0;
  std::uint16_t public_plaintext_port_ = 0;
};

}  // namespace cogos::net
