#include "stages/body_gate.hpp"

#include <string>

#include "http/router.hpp"
#include "http/white_space.hpp"
#include "stages/first_refusal.hpp"

namespace cogos::stages {
namespace {

bool is_declared_as(std::string_view media_type, std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  if (!http::iequals(http::trimmed(content_type.substr(0, semicolon)), media_type)) return false;
  if (semicolon == std::string_view::npos) return true;
  const auto parameter = http::trimmed(content_type.substr(semicolon + 1));
  // RFC 8259 §8.1: JSON between systems is UTF-8, and so are our pages' forms; another charset would be read
  // wrongly.
  return parameter.empty() || http::iequals(parameter, "charset=utf-8") ||
         http::iequals(parameter, "charset=\"utf-8\"");
}

Result<void> check_declaration(const http::Headers& headers, http::BodyKind kind) {
  const bool form = kind == http::BodyKind::form;
  const std::string_view media_type = form ? "application/x-www-form-urlencoded" : "application/json";
  const auto content_type = headers.find("Content-Type");
  if (!content_type || headers.count("Content-Type") != 1 || !is_declared_as(media_type, *content_type)) {
    return Error(ErrorCode::unsupported_media_type,
                 "send the body as " + std::string(form ? "a form" : "JSON") +
                     " with one `Content-Type: " + std::string(media_type) + "`");
  }
  const std::string coding = headers.joined("Content-Encoding");
  if (!coding.empty() && !http::iequals(coding, "identity")) {
    return Error(ErrorCode::unsupported_media_type, "send the body as it is, without a Content-Encoding");
  }
  return {};
}

}  // namespace

Result<void> BodyGate::pass(http::Exchange& exchange) {
  if (!exchange.route || exchange.fault) return {};
  const http::Route& route = *exchange.route;
  const std::string& body = exchange.request.body;
  if (route.body == http::BodyKind::none) return {};
  if (route.max_body_bytes != 0 && body.size() > route.max_body_bytes) {
    leave_body_out(exchange);
    return Error(ErrorCode::body_too_large, "the body is larger than the " +
                                                std::to_string(route.max_body_bytes) +
                                                " bytes that this path takes");
  }
  if (route.body == http::BodyKind::raw) return {};
  if (route.body == http::BodyKind::optional_json && body.empty()) return {};
  return check_declaration(exchange.request.headers, route.body);
}

}  // namespace cogos::stages
