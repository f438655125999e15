#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "base/time.hpp"
#include "http/budget.hpp"
#include "http/service.hpp"
#include "net/connection_registry.hpp"
#include "net/ingress.hpp"
#include "net/limits.hpp"
#include "net/request_parser.hpp"
#include "net/transport.hpp"
#include "net/turn_queue.hpp"
#include "net/watchdog.hpp"

namespace cogos::net {

/// What all connections of a server share. Safe to use from any thread; the references outlive it.
struct ConnectionContext {
  ConnectionContext(http::Service& answers, const Clock& time, Random& source, http::Networks trusted,
                    const ConnectionLimits& bounds, std::shared_ptr<http::Budget> for_bodies,
                    std::size_t max_connections)
      : service(answers),
        clock(time),
        random(source),
        trusted_proxies(std::move(trusted)),
        limits(bounds),
        memory(std::move(for_bodies)),
        turns(std::make_shared<TurnQueue>(time)),
        registry(max_connections) {}

  http::Service& service;
  const Clock& clock;
  Random& random;
  const http::Networks trusted_proxies;
  const ConnectionLimits limits;
  const std::shared_ptr<http::Budget> memory;  ///< For large bodies; null for no bound.
  const std::shared_ptr<TurnQueue> turns;
  ConnectionRegistry registry;
};

/// One client's connection: reads requests, hands each to the service and writes the answers in the same
/// order. What is wrong with a request becomes its exchange's fault, is answered by the service all the same,
/// and ends the connection. Everything but the destructor runs on the connection's strand.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Origin {
    http::Executor executor;
    boost::asio::ip::address peer;
    http::Door door;
    bool behind_front_door;  ///< Came by the ingress listener: each request must say that it was https.
  };

  Connection(std::shared_ptr<ConnectionContext> context, std::unique_ptr<Transport> transport, Origin origin);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] const http::Executor& executor() const noexcept { return origin_.executor; }

  /// From the handshake to the close. Call once, with a shared pointer held.
  http::Task<void> run(bool overloaded);

  /// Closes if idle; what goes on is answered first, as the registry says that the server is draining.
  void drain();
  /// Cancels what goes on and closes.
  void abort();

 private:
  http::Task<bool> serve_one();
  /// False where the connection is over without a word.
  http::Task<bool> read_head(http::Exchange& exchange);
  http::Task<bool> read_body(http::Exchange& exchange);
  http::Task<bool> fill();
  Transport::Step read_now();

  void identify(http::Exchange& exchange);
  void judge(http::Exchange& exchange) const;
  void time_out(http::Exchange& exchange, std::string_view what);

  /// True where the connection can go on.
  http::Task<bool> send(http::Exchange& exchange);
  http::Task<bool> send_stream(http::Exchange& exchange, bool keep_alive);
  http::Task<bool> write(std::string_view bytes);
  http::Task<void> close();

  [[nodiscard]] std::string_view unread() const noexcept {
    return std::string_view(input_).substr(consumed_);
  }
  void consume_to(std::size_t left);

  const std::shared_ptr<ConnectionContext> context_;
  const std::unique_ptr<Transport> transport_;
  const Origin origin_;
  const std::shared_ptr<Watchdog> watchdog_;
  RequestParser parser_;
  std::string input_;  // what arrived and is not yet parsed, from consumed_ on
  std::size_t consumed_ = 0;
  std::string output_;  // one response, or one piece of a stream
  bool overloaded_ = false;
  bool served_before_ = false;
  bool idle_ = true;             // between requests, or before the first
  bool said_last_word_ = false;  // the client is to see an answer and then the end
};

}  // namespace cogos::net
