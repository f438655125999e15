#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/inference_engine.hpp"

namespace cogos::api {

/// The body of POST /v1/chat/completions, read. `inference.model` is still what the client named, empty for
/// none. Unknown members are ignored. Fails with invalid_request and names the member at fault in `param`.
[[nodiscard]] Result<engine::InferenceRequest> read_chat_request(const Json& body);

/// What the client asked of its stream.
struct StreamOptions {
  bool include_usage = false;    ///< A last chunk with the counts of tokens.
  bool include_receipt = false;  ///< The receipt as a chunk in place of a comment (wire formats §9).
};

/// `stream` and `stream_options` of the same body; nothing where no stream is asked for. Fails with
/// invalid_request.
[[nodiscard]] Result<std::optional<StreamOptions>> read_stream_options(const Json& body);

/// `sha256:` and hex SHA-256 over `role|content` lines (wire formats §5). The content of a message that has
/// none is empty; calls, ids and tools are not part of it.
[[nodiscard]] std::string prompt_fingerprint(const std::vector<engine::Message>& messages);

}  // namespace cogos::api
