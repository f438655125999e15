#pragma once

#include "base/json.hpp"
#include "http/message.hpp"

namespace cogos::api {

/// A JSON response whose body is canonical already.
[[nodiscard]] http::Response json_response(int status, std::string body);
/// A JSON response in canonical form.
[[nodiscard]] http::Response json_response(int status, const Json& body);

/// The request's body as a JSON object; an empty body is an empty object. Fails with invalid_request.
[[nodiscard]] Result<Json> read_object(const http::Request& request);

}  // namespace cogos::api
