#include "net/http_client.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "http/headers.hpp"
#include "net/connection_pool.hpp"
#include "net/dial.hpp"
#include "net/response_parser.hpp"

namespace cogos::net {
namespace {

bool is_ours(std::string_view name) {
  static constexpr std::array<std::string_view, 4> ours{"Host", "Content-Length", "Transfer-Encoding",
                                                        "Connection"};
  return std::any_of(ours.begin(), ours.end(),
                     [name](std::string_view one) { return http::iequals(one, name); });
}

bool breaks_lines(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<std::string> serialize(const http::OutgoingRequest& request, const UpstreamUrl& url) {
  std::string out = request.method + ' ' + url.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
  for (const auto& [name, value] : request.headers) {
    // A key from the environment with a line feed at its end is the likely case.
    if (breaks_lines(name) || breaks_lines(value)) {
      return Error(ErrorCode::internal, "an upstream header is not usable", name + " holds a line break");
    }
    if (!is_ours(name)) out.append(name).append(": ").append(value).append("\r\n");
  }
  const bool bodiless = request.body.empty() && (request.method == "GET" || request.method == "HEAD");
  if (!bodiless) out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  out += "\r\n";
  out += request.body;
  return out;
}

/// How an exchange on one connection came out.
struct Attempt {
  std::optional<Error> error;
  http::OutgoingResponse response;
  bool answered = false;  // at least one byte came back
  bool reusable = false;
};

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

http::Task<Attempt> exchange_on(Transport& transport, const http::OutgoingRequest& request,
                                std::string_view bytes, OutgoingCall& call) {
  const OutgoingCall::Step step(call, [&transport] { transport.interrupt(); });
  Attempt attempt;
  ResponseParser parser(request.max_response_bytes, request.method == "HEAD");
  // Where writing fails an answer may be there nevertheless: a refusal sent before the body was read.
  const bool written = co_await write_all(transport, bytes);
  auto state = ResponseParser::State::need_more;
  std::string unread;
  std::vector<char> buffer(16 * 1024);
  while (state == ResponseParser::State::need_more) {
    const Transport::Step received = co_await read_some(transport, buffer);
    if (received.outcome == Transport::Outcome::end) state = parser.end_of_input();
    if (received.outcome != Transport::Outcome::done) break;
    attempt.answered = true;
    unread.append(buffer.data(), received.bytes);
    std::string_view rest = unread;
    state = parser.read(rest);
    unread.erase(0, unread.size() - rest.size());
  }
  if (state == ResponseParser::State::done) {
    attempt.response = parser.take();
    attempt.reusable = written && parser.keep_alive() && unread.empty() && !transport.interrupted();
  } else if (call.over()) {
    attempt.error = call.error();
  } else {
    attempt.error = failure_of(state, request.max_response_bytes);
  }
  co_return attempt;
}

/// Requests carry keys: their bytes do not stay in freed memory.
class Wiped {
 public:
  explicit Wiped(std::string text) : text_(std::move(text)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { OPENSSL_cleanse(text_.data(), text_.size()); }
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
      : tls(options.extra_ca_file, options.only_ca_pem),
        pool(clock, options.max_idle_per_origin, options.max_idle_age),
        slots(std::make_shared<CallSlots>(options.calls)) {}

  const TlsClient tls;
  ConnectionPool pool;
  const std::shared_ptr<CallSlots> slots;
};

HttpClient::HttpClient(const Clock& clock, HttpClientOptions options)
    : state_(std::make_unique<State>(clock, options)) {}
HttpClient::~HttpClient() = default;

http::Task<Result<http::OutgoingResponse>> HttpClient::send(const http::OutgoingRequest& request,
                                                            http::Cancellation& cancellation) {
  const Result<UpstreamUrl> url = parse_upstream_url(request.url);
  if (!url) co_return url.error();
  Result<std::string> serialized = serialize(request, *url);
  if (!serialized) co_return serialized.error();
  const Wiped bytes(std::move(*serialized));
  const std::string origin = url->origin();
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  const auto call = std::make_shared<OutgoingCall>(executor, request.timeout);
  const Running running(*call, cancellation);
  const Result<CallSlots::Slot> slot = co_await state_->slots->take(*call);
  if (!slot) co_return slot.error();

  std::unique_ptr<Transport> transport = state_->pool.take(origin);
  for (bool pooled = transport != nullptr;; pooled = false) {
    if (call->over()) co_return call->error();
    if (!transport) {
      Result<std::unique_ptr<Transport>> dialled = co_await dial(*url, state_->tls, *call);
      if (!dialled) co_return dialled.error();
      transport = std::move(*dialled);
    }
    Attempt attempt = co_await exchange_on(*transport, request, bytes.view(), *call);
    if (!attempt.error) {
      if (attempt.reusable) state_->pool.put(origin, std::move(transport));
      co_return std::move(attempt.response);
    }
    transport.reset();
    // The upstream may have closed the pooled connection just as the request left; nothing came of it then.
    const bool stale = pooled && !attempt.answered && !call->over();
    if (!stale) co_return std::move(*attempt.error);
  }
}

std::size_t HttpClient::idle_connections() const {
  return state_->pool.size();
}

}  // namespace cogos::net
