// What a conversation and its answer have in common, whichever API carries them.
#include <utility>

#include "engine/token_estimate.hpp"
#include "engine/upstream.hpp"

namespace cogos::engine {
namespace {

constexpr std::uint64_t kMaxExactInteger = (1ULL << 53U) - 1;

std::uint64_t estimate_completion(const InferenceReply& reply) {
  std::uint64_t total = estimate_tokens(reply.text);
  for (const ToolCall& call : reply.tool_calls) total += estimate_call(call);
  return total;
}

}  // namespace

/// llama.cpp and its relatives have several words for either end.
Result<std::string> read_finish_reason(const Json* reason) {
  if (reason == nullptr) return std::string("stop");
  if (!reason->is_string()) return misshapen("has a finish reason that is no string");
  const auto& word = reason->get_ref<const std::string&>();
  if (word == "stop" || word == "eos" || word == "eos_token" || word == "stop_sequence") {
    return std::string("stop");
  }
  if (word == "length" || word == "tool_calls") return word;
  return misshapen("ended before it was whole, for a reason other than its length");
}

Result<std::uint64_t> read_token_count(const Json& count) {
  if (count.is_number_unsigned()) {
    const auto value = count.get<std::uint64_t>();
    if (value <= kMaxExactInteger) return value;
  }
  return misshapen("has a token count that is not an integer from 0 to 2^53-1");
}

std::uint64_t estimate_prompt(const InferenceRequest& request) {
  std::uint64_t total = 0;
  for (const Message& message : request.messages) {
    total += estimate_tokens(message.content);
    for (const ToolCall& call : message.tool_calls) total += estimate_call(call);
  }
  if (const Json tools = upstream_tools(request); !tools.is_null()) {
    total += estimate_tokens(base::canonical(tools));
  }
  return total;
}

std::uint64_t estimate_call(const ToolCall& call) {
  return estimate_tokens(call.name) + estimate_tokens(call.arguments);
}

Result<std::string> with_calls(const std::string& reason, bool calls) {
  if (!calls && reason == "tool_calls") return misshapen("was to hold tool calls and holds none");
  // Servers end an answer with calls for either reason.
  return std::string(calls && reason == "stop" ? "tool_calls" : reason);
}

Json upstream_messages(const InferenceRequest& request, void (*add_tools)(const Message&, Json&)) {
  Json messages = Json::array();
  for (const Message& message : request.messages) {
    Json entry = Json::object();
    entry["role"] = message.role == "developer" ? "system" : message.role;
    entry["content"] = message.content;
    if (!message.tool_calls.empty() || message.role == "tool") add_tools(message, entry);
    messages.push_back(std::move(entry));
  }
  return messages;
}

std::int64_t upstream_seed(std::int64_t seed) noexcept {
  return seed % (std::int64_t{1} << 53U);
}

Result<InferenceReply> read_reply(const UpstreamReply& found, const InferenceRequest& request) {
  InferenceReply reply;
  auto calls = read_tool_calls(found.tool_calls, found.arguments_are_text, request);
  if (!calls) return calls.error();
  reply.tool_calls = std::move(*calls);
  if (found.text == nullptr && reply.tool_calls.empty()) return misshapen("holds no text");
  if (found.text != nullptr && !found.text->is_string())
    return misshapen("holds a content that is no string");

  const Result<std::string> reason = read_finish_reason(found.finish_reason);
  if (!reason) return reason.error();
  auto finish = with_calls(*reason, !reply.tool_calls.empty());
  if (!finish) return finish.error();
  reply.finish_reason = std::move(*finish);
  if (found.text != nullptr) reply.text = std::move(found.text->get_ref<std::string&>());

  const Result<std::uint64_t> prompt =
      found.prompt_tokens != nullptr ? read_token_count(*found.prompt_tokens) : estimate_prompt(request);
  if (!prompt) return prompt.error();
  const Result<std::uint64_t> completion = found.completion_tokens != nullptr
                                               ? read_token_count(*found.completion_tokens)
                                               : estimate_completion(reply);
  if (!completion) return completion.error();
  if (*prompt + *completion > kMaxExactInteger) return misshapen("has token counts whose sum exceeds 2^53-1");
  reply.prompt_tokens = *prompt;
  reply.completion_tokens = *completion;
  return reply;
}

}  // namespace cogos::engine
