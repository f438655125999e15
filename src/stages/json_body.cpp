#include "stages/json_body.hpp"

#include <string>

#include "http/router.hpp"

namespace cogos::stages {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_json(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  if (!http::iequals(trim(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const auto parameter = trim(content_type.substr(semicolon + 1));
  // RFC 8259 §8.1: JSON between systems is UTF-8; another charset would be read wrongly.
  return parameter.empty() || http::iequals(parameter, "charset=utf-8") ||
         http::iequals(parameter, "charset=\"utf-8\"");
}

}  // namespace

Result<void> JsonBodyGate::pass(http::Exchange& exchange) {
  if (!exchange.route || exchange.fault) return {};
  const http::BodyKind kind = exchange.route->body;
  if (kind == http::BodyKind::none) return {};
  if (kind == http::BodyKind::optional_json && exchange.request.body.empty()) return {};
  const http::Headers& headers = exchange.request.headers;
  const auto content_type = headers.find("Content-Type");
  if (!content_type || headers.count("Content-Type") != 1 || !is_json(*content_type)) {
    return Error(ErrorCode::unsupported_media_type,
                 "send the body as JSON with one `Content-Type: application/json`");
  }
  const std::string coding = headers.joined("Content-Encoding");
  if (!coding.empty() && !http::iequals(coding, "identity")) {
    return Error(ErrorCode::unsupported_media_type, "send the body as it is, without a Content-Encoding");
  }
  return {};
}

}  // namespace cogos::stages
