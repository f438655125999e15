#include "net/response_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <optional>
#include <utility>

#include "http/headers.hpp"
#include "net/chunked_body.hpp"

namespace cogos::net {
namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::size_t kMaxHead = 64 * 1024;

class ResponseMachine final : public beast::basic_parser<false> {
 public:
  ResponseMachine(std::size_t max_body_bytes, bool to_head) {
    header_limit(kMaxHead);
    body_limit(max_body_bytes);
    if (to_head) skip(true);
  }

  /// Whether the head is read, and nothing of the chunked body that follows it.
  [[nodiscard]] bool at_chunked_body() const { return is_header_done() && chunked() && !got_body_; }

  http::OutgoingResponse response;

 private:
  void on_request_impl(beast::verb, string_view, string_view, int, error_code&) override {}

  void on_response_impl(int status, string_view /*reason*/, int /*version*/, error_code& ec) override {
    response.status = status;
    // Nothing was asked to be switched, and what follows would not be HTTP.
    if (status < 100 || status == 101) ec = beast::error::bad_status;
  }

  void on_field_impl(beast::field field, string_view name, string_view value, error_code& ec) override {
    // After the body come trailers.
    if (!is_header_done()) response.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    if (field == beast::field::content_type) response.content_type.assign(value.data(), value.size());
    // A coding that was not asked for and is not undone here (RFC 9112 §6.1).
    if (field == beast::field::transfer_encoding && !http::iequals({value.data(), value.size()}, "chunked")) {
      ec = beast::error::bad_transfer_encoding;
    }
  }

  void on_header_impl(error_code& /*ec*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, error_code& /*ec*/) override {}
  std::size_t on_body_impl(string_view piece, error_code& /*ec*/) override { return take(piece); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code& /*ec*/) override {
    return take(piece);
  }
  void on_finish_impl(error_code& /*ec*/) override {}

  std::size_t take(string_view piece) {
    got_body_ = true;
    response.body.append(piece.data(), piece.size());
    return piece.size();
  }

  bool got_body_ = false;
};

}  // namespace

struct ResponseParser::Impl {
  Impl(std::size_t bound, bool head) : max_body_bytes(bound), to_head(head) { restart(); }

  void restart() { machine.emplace(max_body_bytes, to_head); }

  [[nodiscard]] bool is_interim() const noexcept {
    return machine->is_done() && machine->response.status / 100 == 1;
  }

  const std::size_t max_body_bytes;
  const bool to_head;
  std::optional<ResponseMachine> machine;
};

ResponseParser::ResponseParser(std::size_t max_body_bytes, bool to_head)
    : impl_(std::make_unique<Impl>(max_body_bytes, to_head)) {}
ResponseParser::~ResponseParser() = default;

ResponseParser::State ResponseParser::read(std::string_view& input) {
  while (!input.empty() && !impl_->machine->is_done()) {
    if (impl_->machine->at_chunked_body() && is_bare_last_chunk(input)) return State::need_more;
    error_code ec;
    const auto taken = impl_->machine->put(boost::asio::const_buffer(input.data(), input.size()), ec);
    input.remove_prefix(taken);
    if (ec == beast::error::need_more) {
      // Lines are kept until they are whole: of a head, of a chunk, of trailers.
      return input.size() > kMaxHead ? State::too_large : State::need_more;
    }
    if (ec == beast::error::body_limit || ec == beast::error::header_limit) return State::too_large;
    if (ec) return State::not_http;
    if (impl_->is_interim()) impl_->restart();
  }
  return impl_->machine->is_done() ? State::done : State::need_more;
}

ResponseParser::State ResponseParser::end_of_input() {
  ResponseMachine& machine = *impl_->machine;
  if (machine.is_done()) return State::done;
  if (!machine.got_some() || !machine.is_header_done() || !machine.need_eof()) return State::need_more;
  error_code ec;
  machine.put_eof(ec);
  return ec ? State::need_more : State::done;
}

bool ResponseParser::keep_alive() const noexcept {
  return impl_->machine->keep_alive();
}

bool ResponseParser::has_head() const noexcept {
  return impl_->machine->is_header_done();
}

int ResponseParser::status() const noexcept {
  return impl_->machine->response.status;
}

std::string ResponseParser::take_body() {
  return std::exchange(impl_->machine->response.body, {});
}

http::OutgoingResponse ResponseParser::take() {
  return std::move(impl_->machine->response);
}

}  // namespace cogos::net
