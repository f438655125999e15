#pragma once

#include "base/json.hpp"
#include "engine/inference_engine.hpp"

namespace cogos::api {

/// `tools`, `tool_choice` and `parallel_tool_calls` of a chat request. Fails with invalid_request and names
/// the member at fault in `param`.
[[nodiscard]] Result<void> read_tools(const Json& body, engine::InferenceRequest& request);

}  // namespace cogos::api
