#include "api/chat_chunks.hpp"

#include "base/object_writer.hpp"
#include "http/error_response.hpp"

namespace cogos::api {

std::string completion_id(const http::Exchange& exchange) {
  return "chatcmpl-" + exchange.id.substr(exchange.id.find('-') + 1);
}

std::string call_id(const http::Exchange& exchange, std::size_t index) {
  return "call_" + exchange.id.substr(exchange.id.find('-') + 1) + "_" + std::to_string(index);
}

ChatChunks::ChatChunks(const http::Exchange& exchange, bool usage)
    : id_(completion_id(exchange)),
      request_id_(exchange.id),
      model_(exchange.facts.model.value_or("")),
      created_(static_cast<std::uint64_t>(to_unix_ms(exchange.received_at) / 1000)),
      usage_(usage) {}

std::string ChatChunks::opening(bool words) {
  return choice(words ? R"({"content":"","role":"assistant"})" : R"({"content":null,"role":"assistant"})");
}

std::string ChatChunks::words(std::string_view text) {
  std::string delta;
  delta.reserve(text.size() + 16);
  base::ObjectWriter(delta).text("content", text).close();
  return choice(delta);
}

std::string ChatChunks::call(const engine::ToolCallPiece& piece) {
  std::string delta = R"({"tool_calls":[)";
  base::ObjectWriter call(delta);
  base::ObjectWriter function = call.object("function");
  function.text("arguments", piece.arguments);
  if (!piece.name.empty()) function.text("name", piece.name);
  function.close();
  if (!piece.name.empty()) call.text("id", piece.id);
  call.number("index", piece.index);
  if (!piece.name.empty()) call.text("type", "function");
  call.close();
  delta += "]}";
  return choice(delta);
}

std::string ChatChunks::closing(std::string_view finish_reason, const http::Exchange& exchange) {
  std::string cogos;
  base::ObjectWriter(cogos)
      .number("latency_ms", exchange.facts.latency_ms.value_or(0))
      .text("request_id", request_id_)
      .boolean("schema_enforced", exchange.facts.schema_enforced)
      .close();
  return choice("{}", finish_reason, cogos);
}

std::string ChatChunks::usage(std::uint64_t prompt_tokens, std::uint64_t completion_tokens) {
  std::string usage;
  base::ObjectWriter(usage)
      .number("completion_tokens", completion_tokens)
      .number("prompt_tokens", prompt_tokens)
      .number("total_tokens", prompt_tokens + completion_tokens)
      .close();
  return chunk({"[]", {}, usage});
}

std::string ChatChunks::error(const Error& error) {
  ++frames_;
  return "event: error\ndata: " + http::error_response(error, request_id_).body + "\n\n";
}

std::string ChatChunks::receipt(std::string_view receipt) {
  std::string cogos;
  base::ObjectWriter(cogos).raw("receipt", receipt).close();
  return chunk({"[]", cogos});
}

std::string ChatChunks::choice(std::string_view delta, std::string_view finish_reason,
                               std::string_view cogos) {
  std::string choices = "[";
  base::ObjectWriter choice(choices);
  choice.raw("delta", delta);
  finish_reason.empty() ? choice.null("finish_reason") : choice.text("finish_reason", finish_reason);
  choice.number("index", 0).null("logprobs").close();
  choices += ']';
  return chunk({choices, cogos});
}

std::string ChatChunks::chunk(const Parts& parts) {
  ++frames_;
  std::string event = "data: ";
  event.reserve(parts.choices.size() + parts.cogos.size() + 256);
  base::ObjectWriter body(event);
  body.raw("choices", parts.choices);
  if (!parts.cogos.empty()) body.raw("cogos", parts.cogos);
  body.number("created", created_)
      .text("id", id_)
      .text("model", model_)
      .text("object", "chat.completion.chunk");
  if (usage_) body.raw("usage", parts.usage);
  body.close();
  event += "\n\n";
  return event;
}

}  // namespace cogos::api
