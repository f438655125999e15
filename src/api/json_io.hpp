#pragma once

#include <optional>

#include "base/json.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace cogos::api {

/// A JSON response whose body is canonical already.
[[nodiscard]] http::Response json_response(int status, std::string body);
/// A JSON response in canonical form.
[[nodiscard]] http::Response json_response(int status, const Json& body);

/// The request's body as a JSON object; an empty body is an empty object. Fails with invalid_request.
[[nodiscard]] Result<Json> read_object(const http::Request& request);

/// As a member: RFC 3339, or null.
[[nodiscard]] Json time_or_null(const std::optional<TimePoint>& time);

}  // namespace cogos::api
