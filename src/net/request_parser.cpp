#include "net/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <optional>
#include <string>

#include "net/chunked_body.hpp"
#include "net/head_scanner.hpp"
#include "net/request_target.hpp"

namespace cogos::net {
namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view view(string_view text) noexcept {
  return {text.data(), text.size()};
}

Error malformed(std::string_view why) {
  return Error(ErrorCode::malformed_http, "the request is not valid HTTP/1.1: " + std::string(why));
}

std::string_view reason(const error_code& failure) noexcept {
  if (failure == beast::error::bad_method) return "the request line has no valid method";
  if (failure == beast::error::bad_target) return "the request line has no valid target";
  if (failure == beast::error::bad_version) return "only HTTP/1.1 and HTTP/1.0 are spoken here";
  if (failure == beast::error::bad_field) return "a header field has an invalid name";
  if (failure == beast::error::bad_value) return "a header field has an invalid value";
  if (failure == beast::error::bad_content_length)
    return "Content-Length is invalid or beside Transfer-Encoding";
  if (failure == beast::error::multiple_content_length) return "there are several Content-Length";
  if (failure == beast::error::bad_transfer_encoding)
    return "Transfer-Encoding is invalid or beside Content-Length";
  if (failure == beast::error::bad_chunk || failure == beast::error::bad_chunk_extension) {
    return "the chunked coding of the body is broken";
  }
  return "its lines cannot be read";
}

/// Beast's parser with our rules on top, delivering straight into an http::Request.
class RequestMachine final : public beast::basic_parser<true> {
 public:
  explicit RequestMachine(const ConnectionLimits& limits) {
    header_limit(
        std::numeric_limits<std::uint32_t>::max());  // bounded by our caller, who answers differently
    body_limit(limits.max_body_bytes);
  }

  void deliver_to(http::Request& request) noexcept { request_ = &request; }
  [[nodiscard]] const std::optional<Error>& objection() const noexcept { return objection_; }
  [[nodiscard]] bool is_http_1_0() const noexcept { return http_1_0_; }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_ && !http_1_0_; }
  [[nodiscard]] std::size_t target_size() const noexcept { return target_size_; }
  [[nodiscard]] bool in_head() const noexcept { return !head_done_; }

 private:
  void refuse(Error error, error_code& ec) {
    objection_ = std::move(error);
    ec = beast::error::bad_value;
  }

  void on_request_impl(beast::verb /*known*/, string_view method, string_view target, int version,
                       error_code& ec) override {
    http_1_0_ = version == 10;
    request_->method = view(method);
    target_size_ = target.size();
    auto path = path_with_query(view(method), view(target));
    if (path) {
      request_->target = std::move(*path);
    } else {
      refuse(path.error(), ec);
    }
  }

  void on_response_impl(int /*status*/, string_view /*reason*/, int /*version*/,
                        error_code& /*ec*/) override {}

  void on_field_impl(beast::field field, string_view name, string_view value, error_code& ec) override {
    if (head_done_) return;  // a trailer
    switch (field) {
      case beast::field::content_length:
        if (++content_lengths_ > 1 || value.find(',') != string_view::npos) {
          return refuse(malformed("there are several Content-Length"), ec);
        }
        break;
      case beast::field::transfer_encoding:
        if (http_1_0_ || !http::iequals(view(value), "chunked")) {
          return refuse(malformed("the only Transfer-Encoding is chunked, with HTTP/1.1"), ec);
        }
        break;
      case beast::field::host:
        if (++hosts_ > 1 || !is_host_value(view(value))) {
          return refuse(malformed("Host must be there once, as host or host:port"), ec);
        }
        break;
      case beast::field::expect:
        expects_continue_ = http::iequals(view(value), "100-continue");
        break;
      default:
        break;
    }
    request_->headers.add(view(name), std::string(view(value)));
  }

  void on_header_impl(error_code& ec) override {
    head_done_ = true;
    if (hosts_ == 0 && !http_1_0_) refuse(malformed("HTTP/1.1 needs a Host header"), ec);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& /*ec*/) override {
    // The sender's word on the length buys no more memory than this ahead of the bytes themselves.
    constexpr std::uint64_t ahead = 64 * 1024;
    if (length) request_->body.reserve(static_cast<std::size_t>(std::min(*length, ahead)));
  }

  std::size_t on_body_impl(string_view piece, error_code& /*ec*/) override {
    request_->body.append(piece.data(), piece.size());
    return piece.size();
  }

  void on_chunk_header_impl(std::uint64_t /*size*/, string_view extensions, error_code& ec) override {
    // Nothing needs extensions; a line feed hidden in a quoted one is a way to smuggle.
    const bool clean = std::none_of(extensions.begin(), extensions.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
    if (!clean) refuse(malformed("a chunk extension holds a control character"), ec);
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, string_view piece, error_code& /*ec*/) override {
    request_->body.append(piece.data(), piece.size());
    return piece.size();
  }

  void on_finish_impl(error_code& /*ec*/) override {}

  http::Request* request_ = nullptr;
  std::optional<Error> objection_;
  std::size_t target_size_ = 0;
  int content_lengths_ = 0;
  int hosts_ = 0;
  bool http_1_0_ = false;
  bool expects_continue_ = false;
  bool head_done_ = false;
};

}  // namespace

struct RequestParser::Impl {
  explicit Impl(const ConnectionLimits& bounds) : limits(bounds) { machine.emplace(limits); }

  [[nodiscard]] Error failure(const error_code& ec) const {
    if (ec == beast::error::body_limit) {
      return Error(
          ErrorCode::body_too_large,
          "the request body is larger than " + std::to_string(limits.max_body_bytes) + " bytes; send less");
    }
    if (machine->objection()) return *machine->objection();
    return malformed(reason(ec));
  }

  [[nodiscard]] Error target_too_long() const {
    return Error(ErrorCode::target_too_long, "the request target is longer than " +
                                                 std::to_string(limits.max_target_bytes) +
                                                 " bytes; shorten it");
  }

  [[nodiscard]] Error headers_too_large() const {
    return Error(ErrorCode::headers_too_large, "the request head is larger than " +
                                                   std::to_string(limits.max_header_bytes) +
                                                   " bytes; send fewer or shorter header fields");
  }

  /// As much of `lines` as is well-formed goes into `request`.
  void parse_what_there_is(std::string_view lines, http::Request& request) {
    if (lines.empty() || !machine->in_head()) return;
    machine->deliver_to(request);
    error_code ignored;
    machine->put(boost::asio::const_buffer(lines.data(), lines.size()), ignored);
  }

  const ConnectionLimits& limits;
  HeadScanner scanner;
  std::optional<RequestMachine> machine;
  std::size_t coded_bytes = 0;  // of a body, its chunk framing included
  bool skipped_line = false;
};

RequestParser::RequestParser(const ConnectionLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;

Result<RequestParser::Progress> RequestParser::read_head(std::string_view& input, http::Request& request) {
  Impl& self = *impl_;
  if (!self.skipped_line && input.starts_with("\r\n")) {
    // One empty line before a request is a known habit of old clients (RFC 9112 §2.2).
    input.remove_prefix(2);
    self.skipped_line = true;
  }
  if (!self.skipped_line && input == "\r") return Progress::need_more;
  const std::string_view within = input.substr(0, self.limits.max_header_bytes);
  const auto found = self.scanner.scan(within);
  if (found == HeadScanner::Found::nothing_yet) {
    if (within.size() < self.limits.max_header_bytes) return Progress::need_more;
    self.parse_what_there_is(within.substr(0, self.scanner.whole_lines()), request);
    const bool in_request_line =
        self.scanner.whole_lines() == 0 && within.find(' ') != std::string_view::npos;
    if (in_request_line || self.machine->target_size() > self.limits.max_target_bytes)
      return self.target_too_long();
    return self.headers_too_large();
  }
  if (found == HeadScanner::Found::bad_line) {
    self.parse_what_there_is(within.substr(0, self.scanner.whole_lines()), request);
    return malformed("each line ends in CR LF, holds no other of these, and is not folded");
  }

  const std::string_view head = within.substr(0, self.scanner.whole_lines());
  self.machine->deliver_to(request);
  error_code ec;
  const auto taken = self.machine->put(boost::asio::const_buffer(head.data(), head.size()), ec);
  if (self.machine->target_size() > self.limits.max_target_bytes) return self.target_too_long();
  if (ec) return self.failure(ec);
  if (taken != head.size() || !self.machine->is_header_done()) return malformed("its head ends too early");
  input.remove_prefix(head.size());
  return Progress::done;
}

void RequestParser::salvage(std::string_view input, http::Request& request) {
  const std::string_view within = input.substr(0, impl_->limits.max_header_bytes);
  if (impl_->scanner.scan(within) != HeadScanner::Found::nothing_yet) return;
  impl_->parse_what_there_is(within.substr(0, impl_->scanner.whole_lines()), request);
}

Result<RequestParser::Progress> RequestParser::read_body(std::string_view& input, http::Request& request) {
  Impl& self = *impl_;
  RequestMachine& machine = *self.machine;
  machine.deliver_to(request);
  while (!machine.is_done() && !input.empty()) {
    if (machine.chunked() && self.coded_bytes == 0 && is_bare_last_chunk(input)) break;
    error_code ec;
    const auto taken = machine.put(boost::asio::const_buffer(input.data(), input.size()), ec);
    input.remove_prefix(taken);
    self.coded_bytes += taken;
    if (ec == beast::error::need_more) {
      // Chunk lines and trailers are kept until they are whole, so they are bounded like a head.
      if (input.size() > self.limits.max_header_bytes) return self.headers_too_large();
      break;
    }
    if (ec) return self.failure(ec);
    // Chunks of a few bytes each cost much more to read than they carry.
    if (self.coded_bytes > 2 * self.limits.max_body_bytes + 64 * 1024) {
      return malformed("the chunks of the body are too small");
    }
  }
  return machine.is_done() ? Progress::done : Progress::need_more;
}

void RequestParser::reset() {
  impl_->scanner = {};
  impl_->machine.emplace(impl_->limits);
  impl_->coded_bytes = 0;
  impl_->skipped_line = false;
}

bool RequestParser::has_body() const noexcept {
  return !impl_->machine->is_done();
}
bool RequestParser::keep_alive() const noexcept {
  return impl_->machine->keep_alive();
}
bool RequestParser::is_http_1_0() const noexcept {
  return impl_->machine->is_http_1_0();
}
bool RequestParser::expects_continue() const noexcept {
  return impl_->machine->expects_continue();
}

}  // namespace cogos::net
