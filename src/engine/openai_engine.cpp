#include "engine/openai_engine.hpp"

#include <utility>

namespace cogos::engine {
namespace {

/// The API demands a name; callers need not give one.
Json response_format(const Json& schema, const std::string& name) {
  Json format = Json::object();
  format["name"] = name.empty() ? "answer" : name;
  format["schema"] = schema;
  format["strict"] = true;
  Json whole = Json::object();
  whole["type"] = "json_schema";
  whole["json_schema"] = std::move(format);
  return whole;
}

std::string body_for(const InferenceRequest& request) {
  Json body = Json::object();
  body["model"] = request.model;
  body["messages"] = upstream_messages(request);
  body["stream"] = false;
  if (request.temperature) body["temperature"] = *request.temperature;
  if (request.top_p) body["top_p"] = *request.top_p;
  if (request.seed) body["seed"] = upstream_seed(*request.seed);
  if (request.max_tokens) body["max_tokens"] = *request.max_tokens;
  if (!request.stop.empty()) body["stop"] = request.stop;
  if (request.schema) body["response_format"] = response_format(*request.schema, request.schema_name);
  return base::canonical(body);
}

Result<InferenceReply> reply_from(Json answer, const InferenceRequest& request) {
  Json* choices = find_member(&answer, "choices");
  if (choices == nullptr || !choices->is_array() || choices->empty()) return misshapen("holds no choice");
  Json* choice = &choices->front();
  Json* usage = find_member(&answer, "usage");
  UpstreamReply found;
  found.text = find_member(find_member(choice, "message"), "content");
  found.finish_reason = find_member(choice, "finish_reason");
  found.prompt_tokens = find_member(usage, "prompt_tokens");
  found.completion_tokens = find_member(usage, "completion_tokens");
  return read_reply(found, request);
}

}  // namespace

OpenAiEngine::OpenAiEngine(UpstreamOptions options, http::HttpClient& client)
    : upstream_(std::move(options), client) {}

http::Task<Result<InferenceReply>> OpenAiEngine::complete(const InferenceRequest& request,
                                                          http::Cancellation& cancellation) {
  constexpr std::string_view path = "/chat/completions";
  const std::string body = body_for(request);
  Result<Json> answer = co_await upstream_.post(path, body, cancellation);
  if (!answer) co_return answer.error();
  co_return reply_from(std::move(*answer), request);
}

}  // namespace cogos::engine
