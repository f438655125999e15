#include "api/json_io.hpp"

namespace cogos::api {

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

http::Response json_response(int status, const Json& body) {
  return json_response(status, base::canonical(body));
}

Result<Json> read_object(const http::Request& request) {
  if (request.body.empty()) return Json::object();
  auto json = base::parse_json(request.body);
  if (!json) return json.error();
  if (!json->is_object()) return Error(ErrorCode::invalid_request, "the body must be a JSON object");
  return json;
}

Json time_or_null(const std::optional<TimePoint>& time) {
  return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}

}  // namespace cogos::api
