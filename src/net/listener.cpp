#include "net/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace cogos::net {
namespace {

constexpr std::chrono::milliseconds kBackOff{100};

http::Task<void> run_connection(std::shared_ptr<Connection> connection, bool overloaded) {
  co_await connection->run(overloaded);
}

std::string spelt(const boost::asio::ip::tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

}  // namespace

Listener::Listener(boost::asio::io_context& io, std::shared_ptr<ConnectionContext> context, Options options)
    : io_(io),
      context_(std::move(context)),
      options_(std::move(options)),
      strand_(boost::asio::make_strand(io)),
      acceptor_(strand_),
      timer_(strand_) {
  boost::system::error_code failure;
  acceptor_.open(options_.endpoint.protocol(), failure);
  if (!failure) acceptor_.set_option(boost::asio::socket_base::reuse_address(true), failure);
  if (!failure) acceptor_.bind(options_.endpoint, failure);
  if (!failure) acceptor_.listen(boost::asio::socket_base::max_listen_connections, failure);
  if (!failure) port_ = acceptor_.local_endpoint(failure).port();
  if (failure) {
    throw std::runtime_error("cannot listen on " + spelt(options_.endpoint) + ": " + failure.message() +
                             "; choose another address or port, or stop what uses it");
  }
}

void Listener::start() {
  boost::asio::co_spawn(strand_, run(shared_from_this()), boost::asio::detached);
}

void Listener::stop() {
  boost::asio::post(strand_, [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->acceptor_.close(ignored);
    self->timer_.cancel();
  });
}

http::Task<void> Listener::run(std::shared_ptr<Listener> self) {
  co_await self->accept_until_stopped();
}

http::Task<void> Listener::accept_until_stopped() {
  while (acceptor_.is_open()) {
    const http::Executor own_strand(boost::asio::make_strand(io_));
    boost::system::error_code failure;
    auto token = boost::asio::redirect_error(use_awaitable, failure);
    Socket socket = co_await acceptor_.async_accept(own_strand, token);
    if (!acceptor_.is_open()) break;
    if (!failure) {
      in_trouble_ = false;
      take(std::move(socket));
    } else if (failure != boost::asio::error::connection_aborted) {
      co_await back_off(failure);
    }
  }
}

http::Task<void> Listener::back_off(const boost::system::error_code& reason) {
  // Out of descriptors or memory: the backlog waits meanwhile. Retrying at once would only burn the
  // processor.
  if (!std::exchange(in_trouble_, true)) {
    warn("cannot accept connections for now: " + reason.message() + "; raise the limit of open files");
  }
  timer_.expires_after(kBackOff);
  boost::system::error_code ignored;
  auto token = boost::asio::redirect_error(use_awaitable, ignored);
  co_await timer_.async_wait(token);
}

void Listener::take(Socket socket) {
  boost::system::error_code gone;
  const auto peer = socket.remote_endpoint(gone).address();
  if (gone) return;
  if (options_.ingress && !context_->trusted_proxies.contains(peer)) return;
  if (context_->registry.refuses()) return;
  try {
    Connection::Origin origin{socket.get_executor(), http::normalized(peer), options_.door, options_.ingress};
    std::unique_ptr<Transport> transport;
    if (options_.tls == nullptr) {
      transport = make_plain_transport(std::move(socket));
    } else {
      transport = make_tls_server_transport(std::move(socket), *options_.tls->current());
    }
    const http::Executor executor = origin.executor;
    auto connection = std::make_shared<Connection>(context_, std::move(transport), std::move(origin));
    const auto admission = context_->registry.admit(connection);
    if (admission == ConnectionRegistry::Admission::refused) return;
    const bool overloaded = admission == ConnectionRegistry::Admission::overloaded;
    boost::asio::co_spawn(executor, run_connection(std::move(connection), overloaded), boost::asio::detached);
  } catch (const std::exception& error) {
    warn(std::string("a connection was dropped: ") + error.what());
  }
}

void Listener::warn(std::string_view text) const {
  if (options_.warn) options_.warn(text);
}

}  // namespace cogos::net
