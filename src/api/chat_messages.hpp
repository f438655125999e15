#pragma once

#include <vector>

#include "base/json.hpp"
#include "engine/inference_engine.hpp"

namespace cogos::api {

/// `messages` of a chat request. Content is a string or an array of text parts, which are joined; only an
/// assistant that calls tools may have none. A tool's message must answer a call of an assistant's message
/// before it. Fails with invalid_request and names the member at fault in `param`.
[[nodiscard]] Result<std::vector<engine::Message>> read_messages(const Json& body);

}  // namespace cogos::api
