#include "net/connection.hpp"

#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "net/token.hpp"

namespace cogos::net {
namespace {

// After the last answer the client may still be sending. If its bytes met a closed socket the kernel would
// send a reset, and that can overtake the answer (RFC 9112 §9.6); so they are read and dropped for a while.
constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::size_t kLingerBytes = 8U << 20U;

/// Big enough for a whole TLS record.
constexpr std::size_t kReadSize = 16 * 1024;

std::span<char> read_buffer() {
  // Filled and emptied without a suspension in between, so one a thread will do.
  thread_local std::array<char, kReadSize> buffer;
  return buffer;
}

Error too_much(const char* what) {
  return Error(ErrorCode::overloaded, what).with_retry_after(1);
}

}  // namespace

Connection::Connection(std::shared_ptr<ConnectionContext> context, std::unique_ptr<Transport> transport,
                       Origin origin)
    : context_(std::move(context)),
      transport_(std::move(transport)),
      origin_(std::move(origin)),
      watchdog_(std::make_shared<Watchdog>(origin_.executor, context_->clock, *transport_,
                                           context_->limits.presence_interval)),
      parser_(context_->limits) {}

Connection::~Connection() {
  watchdog_->stop();
  context_->registry.remove(this);
}

http::Task<void> Connection::run(bool overloaded) {
  overloaded_ = overloaded;
  watchdog_->expire_in(context_->limits.header_timeout);
  // A client that says nothing costs none of the buffers of a handshake.
  bool go_on = co_await transport_->ready(Transport::Outcome::want_read);
  if (go_on) go_on = co_await handshake(*transport_);
  while (go_on) {
    go_on = co_await serve_one();
    const bool sent_ahead = go_on && (!unread().empty() || transport_->buffered());
    if (sent_ahead) co_await context_->turns->turn(origin_.executor);
  }
  co_await close();
}

void Connection::drain() {
  if (idle_) transport_->interrupt();
}

void Connection::abort() {
  said_last_word_ = false;
  transport_->interrupt();
  watchdog_->cancel_now();
}

http::Task<bool> Connection::serve_one() {
  http::Exchange exchange;
  parser_.reset();
  const bool arrived = co_await read_head(exchange);
  if (!arrived) co_return false;
  served_before_ = true;
  identify(exchange);
  judge(exchange);
  if (!exchange.fault && parser_.has_body()) {
    const bool readable = co_await read_body(exchange);
    if (!readable) co_return false;
  }
  watchdog_->no_deadline();
  if (exchange.fault) {
    exchange.request.body = {};
    exchange.request.body_complete = false;
    exchange.memory.release();
  }
  co_return co_await send(exchange);
}

http::Task<bool> Connection::read_head(http::Exchange& exchange) {
  bool begun = false;
  for (;;) {
    std::string_view rest = unread();
    const auto progress = parser_.read_head(rest, exchange.request);
    consume_to(rest.size());
    idle_ = rest.empty() && progress.has_value();
    if (!progress) exchange.fault = progress.error();
    if (!progress || *progress == RequestParser::Progress::done) {
      idle_ = false;
      co_return true;
    }
    if (idle_ && context_->registry.draining()) co_return false;
    if (!begun) {
      begun = !idle_;
      auto patience = context_->limits.header_timeout;
      if (idle_ && served_before_) patience = context_->limits.idle_timeout;
      watchdog_->expire_in(patience);
    }
    const bool filled = co_await fill();
    if (filled) continue;
    if (!watchdog_->expired() || unread().empty()) co_return false;
    parser_.salvage(unread(), exchange.request);
    time_out(exchange, "the request's head did not arrive in time; send it at once");
    co_return true;
  }
}

http::Task<bool> Connection::read_body(http::Exchange& exchange) {
  watchdog_->expire_in(context_->limits.request_timeout);
  bool invited = !parser_.expects_continue();
  for (;;) {
    std::string_view rest = unread();
    const std::size_t before = exchange.request.body.size();
    const auto progress = parser_.read_body(rest, exchange.request);
    consume_to(rest.size());
    if (!progress) exchange.fault = progress.error();
    if (!http::cover_body(context_->memory.get(), before, exchange.request.body.size(), exchange.memory)) {
      exchange.fault = too_much("too many large requests are on their way; try again shortly");
    }
    if (exchange.fault || *progress == RequestParser::Progress::done) co_return true;
    if (!invited && exchange.request.body.empty() && rest.empty()) {
      const bool written = co_await write_all(*transport_, "HTTP/1.1 100 Continue\r\n\r\n");
      if (!written) co_return false;
    }
    invited = true;
    const bool filled = co_await fill();
    if (filled) continue;
    if (!watchdog_->expired()) co_return false;
    time_out(exchange, "the request's body did not arrive in time; send it faster");
    co_return true;
  }
}

void Connection::time_out(http::Exchange& exchange, std::string_view what) {
  transport_->resume();
  exchange.fault = Error(ErrorCode::request_timeout, std::string(what));
}

http::Task<bool> Connection::fill() {
  // After an answer the next bytes are hardly ever there already: waiting first saves a futile read.
  Transport::Step step{Transport::Outcome::want_read};
  if (transport_->buffered()) step = read_now();
  while (step.outcome == Transport::Outcome::want_read || step.outcome == Transport::Outcome::want_write) {
    const bool go_on = co_await transport_->ready(step.outcome);
    if (!go_on) co_return false;
    step = read_now();
  }
  co_return step.outcome == Transport::Outcome::done;
}

Transport::Step Connection::read_now() {
  const auto buffer = read_buffer();
  const auto step = transport_->read(buffer);
  if (consumed_ > 0) {
    input_.erase(0, consumed_);
    consumed_ = 0;
  }
  input_.append(buffer.data(), step.bytes);
  return step;
}

void Connection::consume_to(std::size_t left) {
  consumed_ = input_.size() - left;
  if (left > 0) return;
  input_.clear();
  consumed_ = 0;
}

void Connection::identify(http::Exchange& exchange) {
  std::array<std::uint8_t, 12> bytes;
  context_->random.fill(bytes);
  exchange.id = "req-" + base::to_hex(bytes);
  exchange.received_at = context_->clock.now();
  exchange.started = context_->clock.monotonic();
  exchange.door = origin_.door;
  exchange.peer = client_address(origin_.peer, exchange.request.headers, context_->trusted_proxies);
}

void Connection::judge(http::Exchange& exchange) const {
  if (exchange.fault) return;
  if (origin_.behind_front_door && !forwarded_by_https(exchange.request.headers)) {
    exchange.fault = Error(ErrorCode::forbidden, "this server is spoken to by TLS only; use https");
  } else if (overloaded_) {
    exchange.fault = too_much("the server has too many connections; try again shortly");
  }
}

http::Task<void> Connection::close() {
  if (transport_->interrupted() && !said_last_word_ && !idle_) {
    transport_->close();
    co_return;
  }
  transport_->finish();
  if (said_last_word_ && !watchdog_->client_left()) {
    transport_->resume();
    watchdog_->expire_in(kLingerTime);
    std::size_t dropped = 0;
    while (dropped < kLingerBytes) {
      const auto step = transport_->read_raw(read_buffer());
      dropped += step.bytes;
      if (step.outcome == Transport::Outcome::done) continue;
      if (step.outcome != Transport::Outcome::want_read) break;
      const bool go_on = co_await transport_->ready(step.outcome);
      if (!go_on) break;
    }
  }
  transport_->close();
}

}  // namespace cogos::net
