#include "net/server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <charconv>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "net/connection.hpp"
#include "net/listener.hpp"
#include "net/token.hpp"

namespace cogos::net {
namespace {

constexpr std::chrono::milliseconds kAfterAbort{1'000};

}  // namespace

struct ServerState : std::enable_shared_from_this<ServerState> {
  ServerState(boost::asio::io_context& loop, std::shared_ptr<ConnectionContext> shared, TlsContexts* contexts)
      : io(loop),
        tls(contexts),
        context(std::move(shared)),
        strand(boost::asio::make_strand(loop)),
        timer(strand) {}

  boost::asio::io_context& io;
  TlsContexts* const tls;
  const std::shared_ptr<ConnectionContext> context;
  std::mutex mutex;  // guards listeners
  std::vector<std::shared_ptr<Listener>> listeners;

  // Of the drain, on this strand.
  const http::Executor strand;
  Timer timer;
  std::function<void()> done;

  template <class Action>
  void on_each_connection(Action action) {
    for (auto& connection : context->registry.all()) {
      const http::Executor executor = connection->executor();
      boost::asio::post(executor, [connection = std::move(connection), action] { action(*connection); });
    }
  }

  void finish() {
    timer.cancel();
    // A connection that outlasted even the cut may go down with the io_context itself.
    context->registry.forget_on_empty();
    if (auto call = std::exchange(done, nullptr)) call();
  }

  void after(std::chrono::milliseconds delay, void (ServerState::*next)()) {
    timer.expires_after(delay);
    timer.async_wait([self = shared_from_this(), next](const boost::system::error_code& failure) {
      if (!failure && self->done) (*self.*next)();
    });
  }

  void cut_the_rest() {
    on_each_connection([](Connection& connection) { connection.abort(); });
    after(kAfterAbort, &ServerState::finish);
  }
};

Result<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text) {
  const Error bad(ErrorCode::invalid_request,
                  "\"" + std::string(text) +
                      "\" is no address to listen on; write it like 127.0.0.1:8443 "
                      "or [::1]:8443");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return bad;
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(std::string(host), failure);
  if (failure || address.is_v6() != bracketed) return bad;
  return boost::asio::ip::tcp::endpoint(address, port);
}

Server::Server(boost::asio::io_context& io, http::Service& service, const Clock& clock, Random& random,
               TlsContexts* tls, ServerOptions options)
    : options_(std::move(options)) {
  auto context =
      std::make_shared<ConnectionContext>(service, clock, random, options_.trusted_proxies, options_.limits,
                                          options_.memory, options_.max_connections);
  state_ = std::make_shared<ServerState>(io, std::move(context), tls);
}

Server::~Server() {
  state_->context->turns->forget();
}

void Server::start() {
  const auto listen = [this](const std::string& address, TlsContexts* tls, http::Door door,
                             bool ingress = false) {
    const auto endpoint = parse_endpoint(address);
    if (!endpoint) throw std::runtime_error(endpoint.error().message());
    Listener::Options options{*endpoint, tls, door, ingress, options_.warn};
    auto listener = std::make_shared<Listener>(state_->io, state_->context, std::move(options));
    const std::lock_guard lock(state_->mutex);
    state_->listeners.push_back(listener);
    return listener->port();
  };
  const bool speaks_tls = !options_.tls_listen.empty() || !options_.operators_listen.empty();
  if (speaks_tls && state_->tls == nullptr) {
    throw std::runtime_error("a TLS listener needs a certificate; set tls.cert_file");
  }
  using http::Door;
  if (!options_.tls_listen.empty()) tls_port_ = listen(options_.tls_listen, state_->tls, Door::front);
  if (!options_.operators_listen.empty()) {
    operators_port_ = listen(options_.operators_listen, state_->tls, Door::operators);
  }
  if (!options_.plaintext_listen.empty()) {
    plaintext_port_ = listen(options_.plaintext_listen, nullptr, Door::front, true);
  }
  if (!options_.public_plaintext_listen.empty()) {
    public_plaintext_port_ = listen(options_.public_plaintext_listen, nullptr, Door::front);
  }
  // Only once all are bound: a start that fails has answered nobody.
  const std::lock_guard lock(state_->mutex);
  for (const auto& listener : state_->listeners) listener->start();
}

std::uint16_t Server::tls_port() const noexcept {
  return tls_port_;
}
std::uint16_t Server::operators_port() const noexcept {
  return operators_port_;
}
std::uint16_t Server::plaintext_port() const noexcept {
  return plaintext_port_;
}

std::uint16_t Server::public_plaintext_port() const noexcept {
  return public_plaintext_port_;
}

void Server::stop_accepting() {
  const std::lock_guard lock(state_->mutex);
  for (const auto& listener : state_->listeners) listener->stop();
  state_->listeners.clear();
}

void Server::drain(std::chrono::milliseconds bound, std::function<void()> done) {
  stop_accepting();
  // First on the strand, before what the empty registry has to say.
  boost::asio::post(state_->strand, [state = state_, bound, done = std::move(done)]() mutable {
    state->done = std::move(done);
    state->after(bound, &ServerState::cut_the_rest);
  });
  // At once, and not when the strand comes to it: an answer from here on says that it is the connection's
  // last.
  state_->context->registry.start_draining([weak = std::weak_ptr(state_)] {
    const auto self = weak.lock();
    if (self) boost::asio::post(self->strand, [self] { self->finish(); });
  });
  state_->on_each_connection([](Connection& connection) { connection.drain(); });
}

std::size_t Server::connections() const {
  return state_->context->registry.size();
}

}  // namespace cogos::net
