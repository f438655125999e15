#include "engine/ollama_engine.hpp"

#include <utility>

#include "engine/upstream_embed.hpp"
#include "engine/upstream_stream.hpp"

namespace cogos::engine {
namespace {

/// The arguments of a call as the object that they are to be; nothing where they are none.
std::optional<Json> object_of(const std::string& arguments) {
  if (arguments.empty()) return Json::object();
  auto parsed = base::parse_json(arguments);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(*parsed);
}

void add_tools(const Message& message, Json& entry) {
  if (message.role == "tool") {
    entry["tool_name"] = message.tool_name;
    entry["tool_call_id"] = message.tool_call_id;
    return;
  }
  Json calls = Json::array();
  for (const ToolCall& call : message.tool_calls) {
    Json function = Json::object();
    function["name"] = call.name;
    function["arguments"] = object_of(call.arguments).value_or(Json::object());
    Json entry_of_call = Json::object();
    entry_of_call["id"] = call.id;
    entry_of_call["function"] = std::move(function);
    calls.push_back(std::move(entry_of_call));
  }
  entry["tool_calls"] = std::move(calls);
}

std::string body_for(const InferenceRequest& request, bool stream) {
  Json options = Json::object();
  if (request.temperature) options["temperature"] = *request.temperature;
  if (request.top_p) options["top_p"] = *request.top_p;
  if (request.seed) options["seed"] = upstream_seed(*request.seed);
  if (request.max_tokens) options["num_predict"] = *request.max_tokens;
  if (!request.stop.empty()) options["stop"] = request.stop;

  Json body = Json::object();
  body["model"] = request.model;
  body["messages"] = upstream_messages(request, &add_tools);
  body["stream"] = stream;
  if (Json tools = upstream_tools(request); !tools.is_null()) body["tools"] = std::move(tools);
  if (request.schema) body["format"] = *request.schema;
  body["options"] = std::move(options);
  return base::canonical(body);
}

Result<InferenceReply> reply_from(Json answer, const InferenceRequest& request) {
  const Json* done = find_member(&answer, "done");
  if (done != nullptr && *done != true) return misshapen("ended before it was whole");
  UpstreamReply found;
  Json* message = find_member(&answer, "message");
  found.text = find_member(message, "content");
  found.tool_calls = find_member(message, "tool_calls");
  found.arguments_are_text = false;
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
    Json* message = find_member(&*object, "message");
    auto added = add_words(find_member(message, "content"), progress);
    if (!added) return added;
    // Each call is there whole; several may come in one line or in several.
    auto calls = read_tool_calls(find_member(message, "tool_calls"), false, *progress.request);
    if (!calls) return calls.error();
    for (ToolCall& call : *calls) {
      added = begin_call(std::move(call), progress);
      if (!added) return added;
    }
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
constexpr std::string_view kEmbedPath = "/api/embed";

std::string embed_body_for(const EmbeddingRequest& request) {
  Json body = Json::object();
  body["model"] = request.model;
  body["input"] = request.inputs;
  // A text that is too long is to be refused; Ollama would cut it without a word.
  body["truncate"] = false;
  if (request.dimensions) body["dimensions"] = *request.dimensions;
  return base::canonical(body);
}

Result<EmbeddingReply> embeddings_from(Json answer, const EmbeddingRequest& request) {
  const Json* vectors = find_member(&answer, "embeddings");
  if (vectors == nullptr || !vectors->is_array()) return misshapen("holds no embeddings");
  FoundVectors found;
  for (const Json& vector : *vectors) found.places.push_back(&vector);
  found.prompt_tokens = find_member(&answer, "prompt_eval_count");
  return read_vectors(found, request);
}

Error cannot(std::string what, std::string param) {
  return Error(ErrorCode::invalid_request, std::move(what)).with_param(std::move(param));
}

}  // namespace

OllamaEngine::OllamaEngine(UpstreamOptions options, http::HttpClient& client)
    : upstream_(std::move(options), client) {}

Result<void> OllamaEngine::accepts(const InferenceRequest& request) const {
  using Mode = ToolChoice::Mode;
  if (request.tool_choice.mode == Mode::required || request.tool_choice.mode == Mode::function) {
    return cannot("this server's engine cannot be made to call a tool; tool_choice can be auto or none",
                  "tool_choice");
  }
  if (!request.tools.empty() && request.parallel_tool_calls == false) {
    return cannot("this server's engine cannot be kept to one tool call; leave parallel_tool_calls out",
                  "parallel_tool_calls");
  }
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const auto& calls = request.messages[i].tool_calls;
    for (std::size_t j = 0; j < calls.size(); ++j) {
      if (object_of(calls[j].arguments)) continue;
      const std::string place =
          "messages[" + std::to_string(i) + "].tool_calls[" + std::to_string(j) + "].function.arguments";
      return cannot(place + " must be the text of a JSON object for this server's engine", place);
    }
  }
  return {};
}

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

http::Task<Result<EmbeddingReply>> OllamaEngine::embed(const EmbeddingRequest& request,
                                                       http::Cancellation& cancellation) {
  const std::string body = embed_body_for(request);
  Result<Json> answer = co_await upstream_.post(kEmbedPath, body, cancellation);
  if (!answer) co_return answer.error();
  co_return embeddings_from(std::move(*answer), request);
}

http::Task<Result<void>> OllamaEngine::probe(http::Cancellation& cancellation) {
  constexpr std::string_view path = "/api/version";
  co_return co_await upstream_.probe(path, cancellation);
}

}  // namespace cogos::engine
