// Requests as bytes. A refusal is the client's fault; what is accepted keeps the limits; and the bytes mean
// the same whether they come at once or one by one, since a difference there is how requests are smuggled.
#include "fuzz.hpp"
#include "net/request_parser.hpp"

namespace {

using namespace cogos;
using fuzz::expect;
using Progress = net::RequestParser::Progress;

constexpr int kRequests = 3;  // on one connection

net::ConnectionLimits tight_limits() {
  net::ConnectionLimits limits;
  limits.max_header_bytes = 2048;
  limits.max_target_bytes = 256;
  limits.max_body_bytes = 1024;
  return limits;
}

struct Outcome {
  std::vector<http::Request> accepted;
  bool refused = false;
};

/// Gives the parser `step` more bytes at a time.
class Connection {
 public:
  Connection(std::string_view bytes, std::size_t step) : bytes_(bytes), step_(step) {}

  Outcome run() {
    while (outcome_.accepted.size() < kRequests && !outcome_.refused && read_one()) parser_.reset();
    return std::move(outcome_);
  }

 private:
  bool read_one() {
    http::Request request;
    if (!finish([&](std::string_view& input) { return parser_.read_head(input, request); })) return false;
    expect(request.target.size() <= limits_.max_target_bytes, "a target is bounded");
    expect(request.target == "*" || request.target.starts_with('/'), "a target is a path");
    if (!finish([&](std::string_view& input) { return parser_.read_body(input, request); })) return false;
    expect(request.body.size() <= limits_.max_body_bytes, "a body is bounded");
    outcome_.accepted.push_back(std::move(request));
    return true;
  }

  template <class Read>
  bool finish(const Read& read) {
    for (;;) {
      auto input = bytes_.substr(taken_, available_ - taken_);
      const auto before = input.size();
      const auto progress = read(input);
      expect(input.size() <= before, "the parser only takes from the front");
      taken_ += before - input.size();
      if (!progress) {
        const int status = error_info(progress.error().code()).http_status;
        expect(status >= 400 && status < 500, "a refusal is the client's fault, never a 500");
        outcome_.refused = true;
        return false;
      }
      if (*progress == Progress::done) return true;
      if (available_ == bytes_.size()) return false;
      available_ = std::min(bytes_.size(), available_ + step_);
    }
  }

  const net::ConnectionLimits limits_ = tight_limits();
  net::RequestParser parser_{limits_};
  std::string_view bytes_;
  std::size_t step_;
  std::size_t taken_ = 0;
  std::size_t available_ = 0;
  Outcome outcome_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLongest = 8192;
  const auto bytes = fuzz::text(data, std::min(size, kLongest));
  const Outcome whole = Connection(bytes, kLongest).run();
  const Outcome slow = Connection(bytes, 1).run();

  expect(whole.refused == slow.refused, "the pieces do not decide what is refused");
  expect(whole.accepted.size() == slow.accepted.size(), "the pieces do not decide where a request ends");
  for (std::size_t i = 0; i < whole.accepted.size(); ++i) {
    const http::Request& a = whole.accepted[i];
    const http::Request& b = slow.accepted[i];
    expect(a.method == b.method && a.target == b.target, "the pieces do not change the request line");
    expect(std::equal(a.headers.begin(), a.headers.end(), b.headers.begin(), b.headers.end()),
           "the pieces do not change the fields");
    expect(a.body == b.body, "the pieces do not change the body");
  }
  return 0;
}
