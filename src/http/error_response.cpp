#include "http/error_response.hpp"

#include "base/json.hpp"

namespace cogos::http {

Response error_response(const Error& error, std::string_view request_id) {
  const ErrorInfo info = error_info(error.code());
  Json body{{"type", info.type}};
  if (error.code() == ErrorCode::internal) {
    body["message"] = "something failed inside the server; quote request " + std::string(request_id);
  } else {
    body["message"] = error.message();
  }
  if (!error.param().empty()) body["param"] = error.param();
  if (!error.problems().empty()) body["errors"] = error.problems();
  for (const auto& [name, value] : error.facts()) {
    std::visit([&member = body[name]](const auto& fact) { member = fact; }, value);
  }

  Response response;
  response.status = info.http_status;
  response.headers.set("Content-Type", "application/json");
  if (const auto wait = error.retry_after_s()) {
    body["retry_after_s"] = *wait;
    response.headers.set("Retry-After", std::to_string(*wait));
  }
  if (!error.allow().empty()) response.headers.set("Allow", error.allow());
  if (info.http_status == 401) {
    response.headers.set("WWW-Authenticate", error.code() == ErrorCode::invalid_admin_credentials
                                                 ? "X-Admin-Key"
                                                 : "Bearer, CogOS-Ed25519");
  }
  const Json whole{{"error", std::move(body)}};
  response.body = base::canonical(whole);
  return response;
}

}  // namespace cogos::http
