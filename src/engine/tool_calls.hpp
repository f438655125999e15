#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "cogos/result.hpp"

namespace cogos::engine {

inline constexpr std::size_t kMaxTools = 128;      ///< That a request offers.
inline constexpr std::size_t kMaxToolCalls = 128;  ///< In one message, from either side.
inline constexpr std::size_t kMaxCallId = 256;     ///< Bytes.
/// Bytes of the arguments of one call that a model makes.
inline constexpr std::size_t kMaxArguments = 256U << 10U;

/// A function that the client offers to the model.
struct Tool {
  std::string name;
  std::string description;
  std::optional<Json> parameters;  ///< A JSON Schema, passed on as it is; an object.
  std::optional<bool> strict;
};

/// What the client demands of the model's use of its tools.
struct ToolChoice {
  enum class Mode : std::uint8_t { unsaid, none, automatic, required, function };
  Mode mode = Mode::unsaid;
  std::string function;  ///< For Mode::function: one of the tools' names.
};

/// A tool that a model asks for. The arguments are the model's own words and not checked: what they are good
/// for the tool has to find out.
struct ToolCall {
  std::string id;  ///< In a reply empty where the model server gave none.
  std::string name;
  std::string arguments;  ///< What should be the text of a JSON object.
};

/// More of a call in a stream. The first piece of a call has its name, and the id where there is one.
struct ToolCallPiece {
  std::size_t index = 0;  ///< Which call: 0, 1, 2 … in the order of their first pieces.
  std::string id;
  std::string name;
  std::string arguments;
};

struct InferenceRequest;

/// 1 to 64 letters, digits, `_` or `-`, as OpenAI documents names of functions and schemas.
[[nodiscard]] bool is_tool_name(std::string_view name) noexcept;

/// A call in a model server's words, or the first piece of one: `function.name`, perhaps `function.arguments`
/// and an `id`. Fails with upstream_error where it is misshapen, too long, or of a tool that the
/// request does not offer.
[[nodiscard]] Result<ToolCall> read_tool_call(const Json& call, bool arguments_are_text,
                                              const InferenceRequest& request);

/// All calls of a reply; null is none. Fails as read_tool_call, and where there are too many.
[[nodiscard]] Result<std::vector<ToolCall>> read_tool_calls(const Json* calls, bool arguments_are_text,
                                                            const InferenceRequest& request);

/// The tools as both APIs take them; null where there are none or the client wants none used.
[[nodiscard]] Json upstream_tools(const InferenceRequest& request);

}  // namespace cogos::engine
