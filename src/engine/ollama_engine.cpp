#include "engine/ollama_engine.hpp"

#include <utility>

namespace cogos::engine {
namespace {

std::string body_for(const InferenceRequest& request) {
  Json options = Json::object();
  if (request.temperature) options["temperature"] = *request.temperature;
  if (request.top_p) options["top_p"] = *request.top_p;
  if (request.seed) options["seed"] = upstream_seed(*request.seed);
  if (request.max_tokens) options["num_predict"] = *request.max_tokens;
  if (!request.stop.empty()) options["stop"] = request.stop;

  Json body = Json::object();
  body["model"] = request.model;
  body["messages"] = upstream_messages(request);
  body["stream"] = false;
  if (request.schema) body["format"] = *request.schema;
  body["options"] = std::move(options);
  return base::canonical(body);
}

Result<InferenceReply> reply_from(Json answer, const InferenceRequest& request) {
  const Json* done = find_member(&answer, "done");
  if (done != nullptr && *done != true) return misshapen("ended before it was whole");
  UpstreamReply found;
  found.text = find_member(find_member(&answer, "message"), "content");
  found.finish_reason = find_member(&answer, "done_reason");
  found.prompt_tokens = find_member(&answer, "prompt_eval_count");
  found.completion_tokens = find_member(&answer, "eval_count");
  return read_reply(found, request);
}

}  // namespace

OllamaEngine::OllamaEngine(UpstreamOptions options, http::HttpClient& client)
    : upstream_(std::move(options), client) {}

http::Task<Result<InferenceReply>> OllamaEngine::complete(const InferenceRequest& request,
                                                          http::Cancellation& cancellation) {
  constexpr std::string_view path = "/api/chat";
  const std::string body = body_for(request);
  Result<Json> answer = co_await upstream_.post(path, body, cancellation);
  if (!answer) co_return answer.error();
  co_return reply_from(std::move(*answer), request);
}

}  // namespace cogos::engine
