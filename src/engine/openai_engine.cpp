#include "engine/openai_engine.hpp"

#include <utility>

#include "engine/upstream_embed.hpp"
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

void add_tools(const Message& message, Json& entry) {
  if (message.role == "tool") {
    entry["tool_call_id"] = message.tool_call_id;
    return;
  }
  if (message.content.empty()) entry["content"] = nullptr;
  Json calls = Json::array();
  for (const ToolCall& call : message.tool_calls) {
    Json entry_of_call = Json::object();
    entry_of_call["id"] = call.id;
    entry_of_call["type"] = "function";
    entry_of_call["function"] = Json{{"name", call.name}, {"arguments", call.arguments}};
    calls.push_back(std::move(entry_of_call));
  }
  entry["tool_calls"] = std::move(calls);
}

Json tool_choice(const ToolChoice& choice) {
  switch (choice.mode) {
    case ToolChoice::Mode::required:
      return "required";
    case ToolChoice::Mode::function: {
      Json whole = Json::object();
      whole["type"] = "function";
      whole["function"] = Json{{"name", choice.function}};
      return whole;
    }
    default:
      return "auto";
  }
}

/// A choice of `none` leaves them out: there is nothing then that the model could call.
void offer_tools(const InferenceRequest& request, Json& body) {
  Json tools = upstream_tools(request);
  if (tools.is_null()) return;
  body["tools"] = std::move(tools);
  if (request.tool_choice.mode != ToolChoice::Mode::unsaid) {
    body["tool_choice"] = tool_choice(request.tool_choice);
  }
  if (request.parallel_tool_calls) body["parallel_tool_calls"] = *request.parallel_tool_calls;
}

std::string body_for(const InferenceRequest& request, bool stream) {
  Json body = Json::object();
  body["model"] = request.model;
  body["messages"] = upstream_messages(request, &add_tools);
  body["stream"] = stream;
  if (stream) body["stream_options"] = Json{{"include_usage", true}};
  if (request.temperature) body["temperature"] = *request.temperature;
  if (request.top_p) body["top_p"] = *request.top_p;
  if (request.seed) body["seed"] = upstream_seed(*request.seed);
  if (request.max_tokens) body["max_tokens"] = *request.max_tokens;
  if (!request.stop.empty()) body["stop"] = request.stop;
  offer_tools(request, body);
  if (request.schema) body["response_format"] = response_format(*request.schema, request.schema_name);
  return base::canonical(body);
}

Result<InferenceReply> reply_from(Json answer, const InferenceRequest& request) {
  Json* choices = find_member(&answer, "choices");
  if (choices == nullptr || !choices->is_array() || choices->empty()) return misshapen("holds no choice");
  Json* choice = &choices->front();
  Json* usage = find_member(&answer, "usage");
  UpstreamReply found;
  Json* message = find_member(choice, "message");
  found.text = find_member(message, "content");
  found.tool_calls = find_member(message, "tool_calls");
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
      Json* delta = find_member(choice, "delta");
      auto added = add_words(find_member(delta, "content"), progress);
      if (!added) return added;
      added = take_calls(find_member(delta, "tool_calls"), progress);
      if (!added) return added;
      found.finish_reason = find_member(choice, "finish_reason");
    }
    Json* usage = find_member(&chunk, "usage");
    found.prompt_tokens = find_member(usage, "prompt_tokens");
    found.completion_tokens = find_member(usage, "completion_tokens");
    return take_end(found, progress);
  }

  static Result<void> take_calls(const Json* calls, StreamProgress& progress) {
    if (calls == nullptr) return {};
    if (!calls->is_array()) return misshapen("holds tool calls that are no array");
    for (const Json& call : *calls) {
      if (auto taken = take_call(call, progress); !taken) return taken;
    }
    return {};
  }

  /// The first piece of a call names its function; those that follow have more of its arguments.
  static Result<void> take_call(const Json& call, StreamProgress& progress) {
    const auto index = call.is_object() ? call.find("index") : call.end();
    const std::size_t begun = progress.argument_bytes.size();
    if (!call.is_object() || index == call.end() || !index->is_number_unsigned() ||
        index->get<std::uint64_t>() > begun) {
      return misshapen("holds some of a tool call that has no place");
    }
    const auto at = index->get<std::size_t>();
    if (at < begun) return add_arguments(call, at, progress);
    auto first = read_tool_call(call, true, *progress.request);
    if (!first) return first.error();
    return begin_call(std::move(*first), progress);
  }

  static Result<void> add_arguments(const Json& call, std::size_t at, StreamProgress& progress) {
    const auto function = call.find("function");
    if (function == call.end() || function->is_null()) return {};
    const auto arguments = function->is_object() ? function->find("arguments") : function->end();
    if (arguments == function->end() || arguments->is_null()) return {};
    if (!arguments->is_string()) return misshapen("holds a tool call whose arguments are none");
    const auto& more = arguments->get_ref<const std::string&>();
    std::size_t& bytes = progress.argument_bytes[at];
    if (more.size() > kMaxArguments - bytes) return misshapen("holds a tool call that is too long");
    bytes += more.size();
    if (!more.empty()) progress.piece.calls.push_back({at, {}, {}, more});
    return {};
  }
};

const ChunkEvents kDialect;

constexpr std::string_view kPath = "/chat/completions";
constexpr std::string_view kEmbedPath = "/embeddings";

std::string embed_body_for(const EmbeddingRequest& request) {
  Json body = Json::object();
  body["model"] = request.model;
  body["input"] = request.inputs;
  body["encoding_format"] = "float";
  if (request.dimensions) body["dimensions"] = *request.dimensions;
  return base::canonical(body);
}

Result<EmbeddingReply> embeddings_from(Json answer, const EmbeddingRequest& request) {
  const Json* data = find_member(&answer, "data");
  if (data == nullptr || !data->is_array()) return misshapen("holds no embeddings");
  FoundVectors found;
  // A server may give them in any order.
  found.places.assign(data->size(), nullptr);
  for (std::size_t i = 0; i < data->size(); ++i) {
    const Json& entry = data->at(i);
    if (!entry.is_object()) return misshapen("holds an embedding that is no object");
    const auto index = entry.find("index");
    const bool placed = index != entry.end() && !index->is_null();
    if (placed && !index->is_number_unsigned()) return misshapen("holds an embedding that has no place");
    const std::uint64_t place = placed ? index->get<std::uint64_t>() : i;
    const auto vector = entry.find("embedding");
    if (place >= data->size() || found.places[place] != nullptr || vector == entry.end()) {
      return misshapen("holds an embedding that has no place");
    }
    found.places[place] = &*vector;
  }
  found.prompt_tokens = find_member(find_member(&answer, "usage"), "prompt_tokens");
  return read_vectors(found, request);
}

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

http::Task<Result<EmbeddingReply>> OpenAiEngine::embed(const EmbeddingRequest& request,
                                                       http::Cancellation& cancellation) {
  const std::string body = embed_body_for(request);
  Result<Json> answer = co_await upstream_.post(kEmbedPath, body, cancellation);
  if (!answer) co_return answer.error();
  co_return embeddings_from(std::move(*answer), request);
}

http::Task<Result<void>> OpenAiEngine::probe(http::Cancellation& cancellation) {
  constexpr std::string_view path = "/models";
  co_return co_await upstream_.probe(path, cancellation);
}

}  // namespace cogos::engine
