#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cogos/result.hpp"
#include "engine/tool_calls.hpp"
#include "http/exchange.hpp"

namespace cogos::api {

/// `chatcmpl-` and the exchange's own digits: what clients of this API shape expect of a completion's id.
[[nodiscard]] std::string completion_id(const http::Exchange& exchange);

/// The id of a tool's call that the model server gave none: the exchange's digits and the call's place, so
/// that no other call of the conversation has it.
[[nodiscard]] std::string call_id(const http::Exchange& exchange, std::size_t index);

/// The events of one streamed completion, as text: each a `data:` line (HTML Standard §9.2.6) with a chunk in
/// canonical JSON. Not thread-safe.
class ChatChunks {
 public:
  /// With `usage` each chunk has the member, null until the last.
  ChatChunks(const http::Exchange& exchange, bool usage);

  /// The role, before the first piece. `content` is null where that has no words, but calls.
  [[nodiscard]] std::string opening(bool words);
  [[nodiscard]] std::string words(std::string_view text);
  /// Some of a call; with its name the id too.
  [[nodiscard]] std::string call(const engine::ToolCallPiece& piece);
  /// The reason for the end, and our own figures of the call.
  [[nodiscard]] std::string closing(std::string_view finish_reason, const http::Exchange& exchange);
  [[nodiscard]] std::string usage(std::uint64_t prompt_tokens, std::uint64_t completion_tokens);
  /// An event named `error`, in place of what would have come.
  [[nodiscard]] std::string error(const Error& error);
  /// A chunk without a choice. `receipt` is canonical JSON.
  [[nodiscard]] std::string receipt(std::string_view receipt);

  /// How many events there were so far.
  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

 private:
  struct Parts {
    std::string_view choices = "[]";
    std::string_view cogos;  ///< Empty: no such member.
    std::string_view usage = "null";
  };
  [[nodiscard]] std::string chunk(const Parts& parts);
  /// An empty reason is null, an empty `cogos` left out.
  [[nodiscard]] std::string choice(std::string_view delta, std::string_view finish_reason = {},
                                   std::string_view cogos = {});

  const std::string id_;
  const std::string request_id_;
  const std::string model_;
  const std::uint64_t created_;
  const bool usage_;
  std::uint64_t frames_ = 0;
};

}  // namespace cogos::api
