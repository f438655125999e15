// Requests as bytes: the parser takes them apart in whatever pieces they come, and a refusal is the client's.
#include "fuzz.hpp"
#include "net/request_parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  net::ConnectionLimits limits;
  limits.max_header_bytes = 2048;
  limits.max_target_bytes = 256;
  limits.max_body_bytes = 1024;
  const auto text = fuzz::text(data, size);
  net::RequestParser parser(limits);
  parser.reset();
  http::Request request;
  std::string_view rest = text;
  const auto head = parser.read_head(rest, request);
  if (!head) {
    const int status = error_info(head.error().code()).http_status;
    expect(status >= 400 && status < 500, "a bad head is the client's fault");
    return 0;
  }
  if (*head != net::RequestParser::Progress::done) return 0;
  expect(request.target.size() <= limits.max_target_bytes, "a target is bounded");
  if (!parser.has_body()) return 0;
  const auto body = parser.read_body(rest, request);
  expect(request.body.size() <= limits.max_body_bytes || !body, "a body is bounded");
  if (!body) {
    const int status = error_info(body.error().code()).http_status;
    expect(status >= 400 && status < 500, "a bad body is the client's fault");
  }
  return 0;
}
