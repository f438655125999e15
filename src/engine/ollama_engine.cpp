#include "engine/ollama_engine.hpp"

#include <utility>

#include "engine/upstream_stream.hpp"

namespace cogos::engine {
namespace {

std::string body_for(const InferenceRequest& request, bool stream) {
  Json options = Json::object();
  if (request.temperature) options["temperature"] = *request.temperature;
  if (request.top_p) options["top_p"] = *request.top_p;
  if (request.seed) options["seed"] = upstream_seed(*request.seed);
  if (request.max_tokens) options["num_predict"] = *request.max_tokens;
  if (!request.stop.empty()) options["stop"] = request.stop;

  Json body = Json::object();
  body["model"] = request.model;
  body["messages"] = upstream_messages(request);
  body["stream"] = stream;
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

/// One JSON object a line.
class ObjectLines final : public StreamDialect {
 public:
  [[nodiscard]] Result<void> take(std::string_view line, StreamProgress& progress) const override {
    if (line.empty()) return {};
    auto object = read_stream_object(line);
    if (!object) return object.error();
    auto added = add_words(find_member(find_member(&*object, "message"), "content"), progress);
    if (!added) return added;
    const Json* done = find_member(&*object, "done");
    if (done == nullptr || *done != true) return {};
    UpstreamReply found;
    found.finish_reason = find_member(&*object, "done_reason");
    found.prompt_tokens = find_member(&*object, "prompt_eval_count");
    found.completion_tokens = find_member(&*object, "eval_count");
    auto taken = take_end(found, progress);
    if (!taken) return taken;
    if (!progress.finish_reason) progress.finish_reason = "stop";
    progress.ended = true;
    return {};
  }
};

const ObjectLines kDialect;

constexpr std::string_view kPath = "/api/chat";

}  // namespace

OllamaEngine::OllamaEngine(UpstreamOptions options, http::HttpClient& client)
    : upstream_(std::move(options), client) {}

http::Task<Result<InferenceReply>> OllamaEngine::complete(const InferenceRequest& request,
                                                          http::Cancellation& cancellation) {
  const std::string body = body_for(request, false);
  Result<Json> answer = co_await upstream_.post(kPath, body, cancellation);
  if (!answer) co_return answer.error();
  co_return reply_from(std::move(*answer), request);
}

http::Task<Result<std::unique_ptr<InferenceStream>>> OllamaEngine::stream(const InferenceRequest& request,
                                                                          http::Cancellation& cancellation) {
  const std::string body = body_for(request, true);
  Result<std::unique_ptr<http::OutgoingStream>> opened =
      co_await upstream_.open(kPath, body, "application/x-ndjson", cancellation);
  if (!opened) co_return opened.error();
  std::unique_ptr<InferenceStream> stream =
      std::make_unique<UpstreamStream>(std::move(*opened), kDialect, request, cancellation);
  co_return stream;
}

http::Task<Result<void>> OllamaEngine::probe(http::Cancellation& cancellation) {
  constexpr std::string_view path = "/api/version";
  co_return co_await upstream_.probe(path, cancellation);
}

}  // namespace cogos::engine
