#include "engine/openai_engine.hpp"

#include <utility>

#include "engine/upstream_stream.hpp"

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

std::string body_for(const InferenceRequest& request, bool stream) {
  Json body = Json::object();
  body["model"] = request.model;
  body["messages"] = upstream_messages(request);
  body["stream"] = stream;
  if (stream) body["stream_options"] = Json{{"include_usage", true}};
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

/// Server-sent events (HTML Standard §9.2.6), each with one chunk on one line.
class ChunkEvents final : public StreamDialect {
 public:
  [[nodiscard]] Result<void> take(std::string_view line, StreamProgress& progress) const override {
    if (line.empty() || line.front() == ':') return {};
    for (const std::string_view other : {"event:", "id:", "retry:"}) {
      if (line.starts_with(other)) return {};
    }
    constexpr std::string_view kData = "data:";
    if (!line.starts_with(kData)) return misshapen("is no stream of events");
    line.remove_prefix(kData.size());
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (line == "[DONE]") {
      if (!progress.finish_reason) return misshapen("ended before it was whole");
      progress.ended = true;
      return {};
    }
    auto chunk = read_stream_object(line);
    if (!chunk) return chunk.error();
    return take_chunk(*chunk, progress);
  }

 private:
  static Result<void> take_chunk(Json& chunk, StreamProgress& progress) {
    UpstreamReply found;
    Json* choices = find_member(&chunk, "choices");
    if (choices != nullptr && choices->is_array() && !choices->empty()) {
      Json* choice = &choices->front();
      auto added = add_words(find_member(find_member(choice, "delta"), "content"), progress);
      if (!added) return added;
      found.finish_reason = find_member(choice, "finish_reason");
    }
    Json* usage = find_member(&chunk, "usage");
    found.prompt_tokens = find_member(usage, "prompt_tokens");
    found.completion_tokens = find_member(usage, "completion_tokens");
    return take_end(found, progress);
  }
};

const ChunkEvents kDialect;

constexpr std::string_view kPath = "/chat/completions";

}  // namespace

OpenAiEngine::OpenAiEngine(UpstreamOptions options, http::HttpClient& client)
    : upstream_(std::move(options), client) {}

http::Task<Result<InferenceReply>> OpenAiEngine::complete(const InferenceRequest& request,
                                                          http::Cancellation& cancellation) {
  const std::string body = body_for(request, false);
  Result<Json> answer = co_await upstream_.post(kPath, body, cancellation);
  if (!answer) co_return answer.error();
  co_return reply_from(std::move(*answer), request);
}

http::Task<Result<std::unique_ptr<InferenceStream>>> OpenAiEngine::stream(const InferenceRequest& request,
                                                                          http::Cancellation& cancellation) {
  const std::string body = body_for(request, true);
  Result<std::unique_ptr<http::OutgoingStream>> opened =
      co_await upstream_.open(kPath, body, "text/event-stream", cancellation);
  if (!opened) co_return opened.error();
  std::unique_ptr<InferenceStream> stream =
      std::make_unique<UpstreamStream>(std::move(*opened), kDialect, request, cancellation);
  co_return stream;
}

http::Task<Result<void>> OpenAiEngine::probe(http::Cancellation& cancellation) {
  constexpr std::string_view path = "/models";
  co_return co_await upstream_.probe(path, cancellation);
}

}  // namespace cogos::engine
