#include "net/http_client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "base/wipe.hpp"
#include "http/headers.hpp"
#include "net/connection_pool.hpp"
#include "net/dial.hpp"
#include "net/response_parser.hpp"

namespace cogos::net {
namespace {

bool is_clients_own(std::string_view name) {
  static constexpr std::array<std::string_view, 4> ours{"Host", "Content-Length", "Transfer-Encoding",
                                                        "Connection"};
  return std::any_of(ours.begin(), ours.end(),
                     [name](std::string_view one) { return http::iequals(one, name); });
}

bool is_loopback(const std::string& host) {
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(host, is_name);
  // The client takes `localhost` for these addresses whatever a resolver says.
  return is_name ? host == "localhost" : address.is_loopback();
}

bool breaks_lines(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

/// At least the bytes that the request takes on the wire.
std::size_t room_for(const http::OutgoingRequest& request, const UpstreamUrl& url) {
  constexpr std::size_t kFixedParts =
      128;  // the version, the names Host and Content-Length, a number, separators
  std::size_t bytes = kFixedParts + request.method.size() + url.target.size() + url.authority.size();
  for (const auto& [name, value] : request.headers) bytes += name.size() + value.size() + 4;
  return bytes + request.body.size();
}

/// In one piece of memory from the start: a string that grows leaves the key of its request behind.
Result<std::string> serialize(const http::OutgoingRequest& request, const UpstreamUrl& url) {
  std::string out;
  out.reserve(room_for(request, url));
  out.append(request.method).append(" ").append(url.target).append(" HTTP/1.1\r\nHost: ");
  out.append(url.authority).append("\r\n");
  for (const auto& [name, value] : request.headers) {
    // A key from the environment with a line feed at its end is the likely case.
    if (breaks_lines(name) || breaks_lines(value)) {
      return Error(ErrorCode::internal, "an upstream header is not usable", name + " holds a line break");
    }
    if (!is_clients_own(name)) out.append(name).append(": ").append(value).append("\r\n");
  }
  const bool bodiless = request.body.empty() && (request.method == "GET" || request.method == "HEAD");
  if (!bodiless) out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  out += "\r\n";
  out += request.body;
  return out;
}

Error failure_of(ResponseParser::State state, std::size_t max_bytes) {
  if (state == ResponseParser::State::too_large) {
    return Error(ErrorCode::upstream_error,
                 "the upstream's response is larger than " + std::to_string(max_bytes) + " bytes");
  }
  if (state == ResponseParser::State::not_http) {
    return Error(ErrorCode::upstream_error, "the upstream's response is not HTTP/1.1");
  }
  return Error(ErrorCode::upstream_error,
               "the upstream closed the connection before its response was complete");
}

/// Requests carry keys: their bytes do not stay in freed memory.
class Wiped {
 public:
  explicit Wiped(std::string text) : text_(std::move(text)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { base::wipe(text_); }
  [[nodiscard]] std::string_view view() const noexcept { return text_; }

 private:
  std::string text_;
};

/// The cancellation outlives neither the call nor an exception.
class Running {
 public:
  Running(OutgoingCall& call, http::Cancellation& cancellation) : call_(call) { call_.start(cancellation); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { call_.stop(); }

 private:
  OutgoingCall& call_;
};

}  // namespace

struct HttpClient::State {
  State(const Clock& clock, const HttpClientOptions& options)
      : tls(options.loopback_unverified ? TlsClient::unverified()
                                        : TlsClient(options.extra_ca_file, options.only_ca_pem)),
        loopback_only(options.loopback_unverified),
        pool(clock, options.max_idle_per_origin, options.max_idle_age),
        slots(std::make_shared<CallSlots>(options.calls)) {}

  const TlsClient tls;
  const bool loopback_only;
  ConnectionPool pool;
  const std::shared_ptr<CallSlots> slots;
};

/// One call, from its slot to the last byte of its response.
class HttpClient::Call final : public http::OutgoingStream {
 public:
  Call(State& state, std::string origin, const http::OutgoingRequest& request,
       std::shared_ptr<OutgoingCall> call, http::Cancellation& cancellation)
      : state_(state),
        origin_(std::move(origin)),
        max_bytes_(request.max_response_bytes),
        to_head_(request.method == "HEAD"),
        call_(std::move(call)),
        running_(*call_, cancellation) {}

  /// Takes a slot, connects, sends, and reads up to the end of the response's head.
  http::Task<Result<void>> start(const UpstreamUrl& url, std::string_view bytes) {
    Result<CallSlots::Slot> slot = co_await state_.slots->take(*call_);
    if (!slot) co_return slot.error();
    slot_ = std::move(*slot);
    transport_ = state_.pool.take(origin_);
    for (bool pooled = transport_ != nullptr;; pooled = false) {
      if (call_->over()) co_return call_->error();
      if (!transport_) {
        Result<std::unique_ptr<Transport>> dialled = co_await dial(url, state_.tls, *call_);
        if (!dialled) co_return dialled.error();
        transport_ = std::move(*dialled);
      }
      Result<void> begun = co_await send(bytes);
      if (begun) co_return begun;
      transport_.reset();
      // The upstream may have closed the pooled connection just as the request left; nothing came of it then.
      const bool stale = pooled && !answered_ && !call_->over();
      if (!stale) co_return begun;
    }
  }

  [[nodiscard]] int status() const noexcept override { return parser_->status(); }

  http::Task<Result<bool>> next(std::string& piece) override {
    call_->extend();
    co_return co_await advance(piece);
  }

  /// The whole response, within the one time-out of the call.
  http::Task<Result<http::OutgoingResponse>> rest() {
    std::string body;
    std::string piece;
    for (bool more = true; more;) {
      const Result<bool> advanced = co_await advance(piece);
      if (!advanced) co_return advanced.error();
      more = *advanced;
      if (more) body += piece;
    }
    http::OutgoingResponse response = parser_->take();
    response.body = std::move(body);
    co_return response;
  }

 private:
  http::Task<Result<void>> send(std::string_view bytes) {
    const OutgoingCall::Step step(*call_, [this] { transport_->interrupt(); });
    parser_.emplace(max_bytes_, to_head_);
    parsed_ = ResponseParser::State::need_more;
    // Where writing fails an answer may be there nevertheless: a refusal sent before the body was read.
    written_ = co_await write_all(*transport_, bytes);
    while (parsed_ == ResponseParser::State::need_more && !parser_->has_head()) {
      const bool received = co_await receive();
      if (!received) break;
    }
    co_return outcome();
  }

  http::Task<Result<bool>> advance(std::string& piece) {
    for (;;) {
      piece = parser_->take_body();
      if (!piece.empty()) co_return true;
      if (parsed_ == ResponseParser::State::done) break;
      const OutgoingCall::Step step(*call_, [this] { transport_->interrupt(); });
      const bool received = co_await receive();
      const Result<void> sound = outcome();
      if (!sound) co_return sound.error();
      if (!received && parsed_ != ResponseParser::State::done) co_return failure_of(parsed_, max_bytes_);
    }
    give_back();
    co_return false;
  }

  /// False where nothing more comes.
  http::Task<bool> receive() {
    buffer_.resize(kReadSize);
    const Transport::Step received = co_await read_some(*transport_, buffer_);
    if (received.outcome == Transport::Outcome::end) parsed_ = parser_->end_of_input();
    if (received.outcome != Transport::Outcome::done) co_return false;
    answered_ = true;
    unread_.append(buffer_.data(), received.bytes);
    std::string_view rest = unread_;
    parsed_ = parser_->read(rest);
    unread_.erase(0, unread_.size() - rest.size());
    co_return true;
  }

  /// Whether the exchange can go on, or has ended well.
  [[nodiscard]] Result<void> outcome() const {
    using State = ResponseParser::State;
    if (parsed_ == State::done) return {};
    if (call_->over()) return call_->error();
    if (parsed_ == State::need_more && parser_->has_head()) return {};
    return failure_of(parsed_, max_bytes_);
  }

  void give_back() {
    const bool reusable =
        transport_ && written_ && parser_->keep_alive() && unread_.empty() && !transport_->interrupted();
    if (reusable) state_.pool.put(origin_, std::move(transport_));
    transport_.reset();
    slot_ = {};
  }

  static constexpr std::size_t kReadSize = 16 * 1024;

  State& state_;
  const std::string origin_;
  const std::size_t max_bytes_;
  const bool to_head_;
  const std::shared_ptr<OutgoingCall> call_;
  const Running running_;
  CallSlots::Slot slot_;
  std::unique_ptr<Transport> transport_;
  std::optional<ResponseParser> parser_;
  ResponseParser::State parsed_ = ResponseParser::State::need_more;
  std::vector<char> buffer_;
  std::string unread_;
  bool written_ = false;
  bool answered_ = false;  // at least one byte came back
};

HttpClient::HttpClient(const Clock& clock, HttpClientOptions options)
    : state_(std::make_unique<State>(clock, options)) {}
HttpClient::~HttpClient() = default;

http::Task<Result<std::unique_ptr<HttpClient::Call>>> HttpClient::begin(const http::OutgoingRequest& request,
                                                                        http::Cancellation& cancellation) {
  const Result<UpstreamUrl> url = parse_upstream_url(request.url);
  if (!url) co_return url.error();
  if (state_->loopback_only && !is_loopback(url->host)) {
    co_return Error(ErrorCode::invalid_request, "without verified certificates only loopback may be called");
  }
  Result<std::string> serialized = serialize(request, *url);
  if (!serialized) co_return serialized.error();
  const Wiped bytes(std::move(*serialized));
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  auto call = std::make_shared<OutgoingCall>(executor, request.timeout);
  auto begun = std::make_unique<Call>(*state_, url->origin(), request, std::move(call), cancellation);
  const Result<void> started = co_await begun->start(*url, bytes.view());
  if (!started) co_return started.error();
  co_return begun;
}

http::Task<Result<http::OutgoingResponse>> HttpClient::send(const http::OutgoingRequest& request,
                                                            http::Cancellation& cancellation) {
  const Result<std::unique_ptr<Call>> begun = co_await begin(request, cancellation);
  if (!begun) co_return begun.error();
  co_return co_await (*begun)->rest();
}

http::Task<Result<std::unique_ptr<http::OutgoingStream>>> HttpClient::open(
    const http::OutgoingRequest& request, http::Cancellation& cancellation) {
  Result<std::unique_ptr<Call>> begun = co_await begin(request, cancellation);
  if (!begun) co_return begun.error();
  std::unique_ptr<http::OutgoingStream> stream = std::move(*begun);
  co_return stream;
}

std::size_t HttpClient::idle_connections() const {
  return state_->pool.size();
}

}  // namespace cogos::net
