#pragma once

#include <string_view>

#include "cogos/result.hpp"
#include "http/message.hpp"

namespace cogos::http {

/// The JSON form of a failure (wire formats §1) with the headers that belong to its status: Allow,
/// Retry-After, WWW-Authenticate. `detail` stays behind. An internal error gets words of its own and
/// `request_id`, by which the operator finds it in the log.
[[nodiscard]] Response error_response(const Error& error, std::string_view request_id);

}  // namespace cogos::http
