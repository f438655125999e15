#include "net/transport.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <utility>

namespace cogos::net {
namespace {

class PlainTransport final : public Transport {
 public:
  using Transport::Transport;

  Step handshake() override { return {Outcome::done}; }
  Step read(std::span<char> into) override { return read_raw(into); }

  Step write(std::string_view bytes) override {
    for (;;) {
      const auto sent = ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) return {Outcome::done, static_cast<std::size_t>(sent)};
      if (errno == EAGAIN || errno == EWOULDBLOCK) return {Outcome::want_write};
      if (errno != EINTR) return {Outcome::failed};
    }
  }

  void finish() override { send_fin(); }
  bool buffered() const override { return false; }
};

}  // namespace

Transport::Transport(Socket socket) : socket_(std::move(socket)), descriptor_(socket_.native_handle()) {
  // A socket that died in the meantime fails here and again, with an answer, at the first read.
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

http::Task<bool> Transport::ready(Outcome want) {
  if (interrupted_ || !socket_.is_open()) co_return false;
  auto kind = boost::asio::socket_base::wait_read;
  if (want == Outcome::want_write) kind = boost::asio::socket_base::wait_write;
  boost::system::error_code failure;
  auto token = boost::asio::redirect_error(use_awaitable, failure);
  co_await socket_.async_wait(kind, token);
  co_return !failure && !interrupted_;
}

void Transport::interrupt() noexcept {
  interrupted_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

bool Transport::peer_left() const noexcept {
  pollfd query{descriptor_, POLLRDHUP, 0};
  return ::poll(&query, 1, 0) > 0 && (query.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

bool Transport::readable() const noexcept {
  pollfd query{descriptor_, POLLIN | POLLRDHUP, 0};
  return ::poll(&query, 1, 0) != 0;
}

Transport::Step Transport::read_raw(std::span<char> into) noexcept {
  for (;;) {
    const auto received = ::recv(descriptor_, into.data(), into.size(), 0);
    if (received > 0) return {Outcome::done, static_cast<std::size_t>(received)};
    if (received == 0) return {Outcome::end};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Outcome::want_read};
    if (errno != EINTR) return {Outcome::failed};
  }
}

void Transport::close() noexcept {
  interrupted_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Transport::send_fin() noexcept {
  ::shutdown(descriptor_, SHUT_WR);
}

std::unique_ptr<Transport> make_plain_transport(Socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

http::Task<Transport::Step> read_some(Transport& transport, std::span<char> into) {
  // After an answer the next bytes are hardly ever there already: waiting first saves a futile read.
  Transport::Step step{Transport::Outcome::want_read};
  if (transport.buffered()) step = transport.read(into);
  while (step.outcome == Transport::Outcome::want_read || step.outcome == Transport::Outcome::want_write) {
    const bool go_on = co_await transport.ready(step.outcome);
    if (!go_on) {
      step.outcome = Transport::Outcome::failed;
      break;
    }
    step = transport.read(into);
  }
  co_return step;
}

http::Task<bool> handshake(Transport& transport) {
  for (;;) {
    const auto step = transport.handshake();
    if (step.outcome == Transport::Outcome::done) co_return true;
    if (step.outcome == Transport::Outcome::end || step.outcome == Transport::Outcome::failed)
      co_return false;
    const bool go_on = co_await transport.ready(step.outcome);
    if (!go_on) co_return false;
  }
}

http::Task<bool> write_all(Transport& transport, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto step = transport.write(bytes);
    bytes.remove_prefix(step.bytes);
    if (step.outcome == Transport::Outcome::done) continue;
    if (step.outcome == Transport::Outcome::end || step.outcome == Transport::Outcome::failed)
      co_return false;
    const bool go_on = co_await transport.ready(step.outcome);
    if (!go_on) co_return false;
  }
  co_return true;
}

}  // namespace cogos::net
