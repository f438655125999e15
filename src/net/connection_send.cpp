// How a connection answers; connection.cpp has how it reads.
#include <algorithm>
#include <utility>

#include "base/wipe.hpp"
#include "net/connection.hpp"
#include "net/response_writer.hpp"

namespace cogos::net {
namespace {

/// Up to here a body is copied behind its head, for one system call; beyond it the copy costs more.
constexpr std::size_t kJoinedBody = 64 * 1024;

/// More than any head of ours: no half-built copy is left behind by a reallocation.
constexpr std::size_t kHeadRoom = 4 * 1024;

/// Between answers a connection keeps a buffer of this size at most.
constexpr std::size_t kKeptBuffer = 16 * 1024;

bool is_bodiless(const http::Exchange& exchange) noexcept {
  const int status = exchange.response.status;
  return exchange.request.method == "HEAD" || status == 204 || status == 304;
}

/// The exchange dies before the watchdog does.
class Attendance {
 public:
  Attendance(Watchdog& watchdog, http::Cancellation& cancellation) : watchdog_(watchdog) {
    watchdog_.attend(cancellation);
  }
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;
  ~Attendance() { watchdog_.dismiss(); }

 private:
  Watchdog& watchdog_;
};

}  // namespace

http::Task<bool> Connection::send(http::Exchange& exchange) {
  const Attendance attendance(*watchdog_, exchange.cancellation);
  co_await context_->service.answer(exchange);
  if (exchange.response.stream) {
    const bool keep_alive = !exchange.fault && parser_.keep_alive() && !context_->registry.draining();
    co_return co_await send_stream(exchange, keep_alive);
  }
  if (watchdog_->client_left() || transport_->interrupted()) co_return false;

  HeadOptions head;
  head.framing = is_bodiless(exchange) ? Framing::bodiless : Framing::length;
  head.keep_alive = !exchange.fault && parser_.keep_alive() && !context_->registry.draining();
  head.http_1_0 = parser_.is_http_1_0();
  head.date = context_->clock.now();
  const std::string& body = exchange.response.body;
  const bool has_body = head.framing == Framing::length && !body.empty();
  const bool joined = has_body && body.size() <= kJoinedBody;

  output_.clear();
  if (joined) output_.reserve(kHeadRoom + body.size());
  append_head(exchange.response, head, output_);
  if (joined) output_ += body;
  bool written = co_await write(output_);
  if (written && has_body && !joined) written = co_await write(body);
  if (exchange.response.secret) {
    exchange.response.wipe();
    base::wipe(output_);
  }
  if (output_.capacity() > kKeptBuffer) output_ = {};
  // A client that asked for the end itself sends nothing more that a reset could answer.
  const bool client_ends = !exchange.fault && !parser_.keep_alive();
  said_last_word_ = written && !head.keep_alive && !client_ends;
  co_return written&& head.keep_alive;
}

http::Task<bool> Connection::send_stream(http::Exchange& exchange, bool keep_alive) {
  // Taken along, so that it ends here and not with the exchange's other members.
  const std::unique_ptr<http::BodyStream> stream = std::move(exchange.response.stream);
  HeadOptions head;
  head.http_1_0 = parser_.is_http_1_0();
  head.framing = head.http_1_0 ? Framing::until_close : Framing::chunked;
  if (is_bodiless(exchange)) head.framing = Framing::bodiless;
  head.keep_alive = keep_alive && head.framing != Framing::until_close;
  head.date = context_->clock.now();
  output_.clear();
  append_head(exchange.response, head, output_);
  bool written = !watchdog_->client_left();
  if (written) written = co_await write(output_);

  bool more = head.framing != Framing::bodiless;
  std::string piece;
  while (written && more) {
    piece.clear();
    more = co_await stream->next(piece);
    output_.clear();
    if (more && piece.empty()) continue;
    if (head.framing == Framing::until_close) {
      output_ += piece;
    } else if (more) {
      append_chunk(piece, output_);
    } else {
      append_last_chunk(stream->trailers(), output_);
    }
    if (watchdog_->client_left()) written = false;
    if (written) written = co_await write(output_);
  }
  // After next() has returned false the producer is done, whether or not the end could be sent.
  if (more || head.framing == Framing::bodiless) co_await stream->abandon();
  output_ = {};
  said_last_word_ = written && !head.keep_alive;
  co_return written&& head.keep_alive;
}

http::Task<bool> Connection::write(std::string_view bytes) {
  // A client that takes a byte now and then is cut in the end, too: it holds the whole answer in memory.
  const std::chrono::milliseconds allowance(1000 * bytes.size() / context_->limits.min_write_rate);
  const auto end = context_->clock.monotonic() + context_->limits.write_timeout + allowance;
  while (!bytes.empty()) {
    const auto step = transport_->write(bytes);
    bytes.remove_prefix(step.bytes);
    if (step.outcome == Transport::Outcome::done) continue;
    if (step.outcome == Transport::Outcome::end || step.outcome == Transport::Outcome::failed)
      co_return false;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - context_->clock.monotonic());
    watchdog_->expire_in(std::min(context_->limits.write_timeout, left));
    const bool go_on = co_await transport_->ready(step.outcome);
    watchdog_->no_deadline();
    if (!go_on) co_return false;
  }
  co_return true;
}

}  // namespace cogos::net
