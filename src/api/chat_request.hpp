#pragma once

#include <string>

#include "base/json.hpp"
#include "engine/inference_engine.hpp"

namespace cogos::api {

/// The body of POST /v1/chat/completions, read. `inference.model` is still what the client named, empty for
/// none. Unknown members are ignored. Fails with invalid_request and names the member at fault in `param`.
[[nodiscard]] Result<engine::InferenceRequest> read_chat_request(const Json& body);

/// `sha256:` and hex SHA-256 over `role|content` lines (wire formats §5).
[[nodiscard]] std::string prompt_fingerprint(const std::vector<engine::Message>& messages);

}  // namespace cogos::api
