#include "api/chat_completions.hpp"

#include "api/chat_request.hpp"
#include "api/chat_stream.hpp"
#include "api/json_io.hpp"
#include "api/schema_check.hpp"
#include "api/token_limits.hpp"
#include "base/object_writer.hpp"
#include "engine/schema_validator.hpp"

namespace cogos::api {
namespace {

std::string calls_json(const http::Exchange& exchange, const std::vector<engine::ToolCall>& calls) {
  std::string json;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    json += i == 0 ? '[' : ',';
    base::ObjectWriter call(json);
    base::ObjectWriter function = call.object("function");
    function.text("arguments", calls[i].arguments).text("name", calls[i].name).close();
    call.text("id", calls[i].id.empty() ? call_id(exchange, i) : calls[i].id)
        .text("type", "function")
        .close();
  }
  json += ']';
  return json;
}

/// The answer's one choice. Written straight into canonical JSON: building a tree first cost as much as all
/// of a small answer's hashing.
std::string choice(const http::Exchange& exchange, const engine::InferenceReply& reply) {
  std::string json;
  json.reserve(reply.text.size() + 128);
  base::ObjectWriter choice(json);
  choice.text("finish_reason", reply.finish_reason).number("index", 0).null("logprobs");
  base::ObjectWriter message = choice.object("message");
  reply.text.empty() && !reply.tool_calls.empty() ? message.null("content")
                                                  : message.text("content", reply.text);
  message.null("refusal").text("role", "assistant");
  if (!reply.tool_calls.empty()) message.raw("tool_calls", calls_json(exchange, reply.tool_calls));
  message.close();
  choice.close();
  return json;
}

std::string answer_body(const http::Exchange& exchange, const engine::InferenceReply& reply) {
  const http::CallFacts& facts = exchange.facts;
  std::string json;
  json.reserve(reply.text.size() + 512);
  base::ObjectWriter body(json);
  body.raw("choices", "[" + choice(exchange, reply) + "]");
  base::ObjectWriter ours = body.object("cogos");
  ours.number("latency_ms", *facts.latency_ms)
      .text("request_id", exchange.id)
      .boolean("schema_enforced", facts.schema_enforced)
      .close();
  body.number("created", static_cast<std::uint64_t>(to_unix_ms(exchange.received_at) / 1000))
      .text("id", completion_id(exchange))
      .text("model", *facts.model)
      .text("object", "chat.completion");
  base::ObjectWriter usage = body.object("usage");
  usage.number("completion_tokens", facts.completion_tokens)
      .number("prompt_tokens", facts.prompt_tokens)
      .number("total_tokens", facts.prompt_tokens + facts.completion_tokens)
      .close();
  body.close();
  return json;
}

http::Response answer(const http::Exchange& exchange, const engine::InferenceReply& reply) {
  const http::CallFacts& facts = exchange.facts;
  http::Response response = json_response(200, answer_body(exchange, reply));
  response.headers.set("X-Cogos-Model", *facts.model);
  response.headers.set("X-Cogos-Latency-Ms", std::to_string(*facts.latency_ms));
  response.headers.set("X-Cogos-Schema-Enforced", facts.schema_enforced ? "1" : "0");
  return response;
}

}  // namespace

void ChatCompletionsApi::add_routes(http::Router& router) {
  http::Route route{"POST", "/v1/chat/completions", http::Realm::customer, http::BodyKind::json,
                    [this](http::Exchange& exchange) { return complete(exchange); }};
  route.metered = true;
  router.add(std::move(route));
}

http::Task<Result<http::Response>> ChatCompletionsApi::complete(http::Exchange& exchange) {
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  auto request = read_chat_request(*body);
  if (!request) co_return request.error();
  const auto streaming = read_stream_options(*body);
  if (!streaming) co_return streaming.error();
  if (const auto served = engine_.accepts(*request); !served) co_return served.error();
  http::CallFacts& facts = exchange.facts;
  facts.prompt_fingerprint = prompt_fingerprint(request->messages);
  if (!request->schema_name.empty()) facts.schema_name = request->schema_name;

  const auto snapshot = keyring_.snapshot();
  const keys::Package& package = snapshot->package_of(*exchange.principal);
  const auto model = catalog_.resolve(request->model, package);
  if (!model) co_return model.error();
  facts.model = model->alias;
  request->model = model->model;

  std::optional<engine::SchemaValidator> validator;
  if (request->schema) {
    auto compiled = engine::SchemaValidator::compile(*request->schema);
    if (!compiled) co_return compiled.error();
    validator = std::move(*compiled);
  }

  const auto bounded = bound_tokens(exchange, package, *request);
  if (!bounded) co_return bounded.error();

  if (*streaming) {
    BegunAnswer begun;
    begun.request = std::make_unique<engine::InferenceRequest>(std::move(*request));
    begun.validator = std::move(validator);
    co_return co_await stream(exchange, std::move(begun), **streaming);
  }

  http::Task<Result<engine::InferenceReply>> completing = engine_.complete(*request, exchange.cancellation);
  const Result<engine::InferenceReply> reply = co_await std::move(completing);
  if (!reply) co_return reply.error();
  const auto covered = cover_tokens(exchange, reply->prompt_tokens + reply->completion_tokens);
  if (!covered) co_return covered.error();
  facts.prompt_tokens = reply->prompt_tokens;
  facts.completion_tokens = reply->completion_tokens;
  // The schema is for the answer; an answer is what comes once the tools have been called.
  if (validator && reply->tool_calls.empty()) {
    const auto fits = check_against_schema(reply->text, *validator);
    if (!fits) co_return fits.error();
    facts.schema_enforced = true;
  }
  facts.latency_ms = http::elapsed_ms(exchange, clock_);
  co_return answer(exchange, *reply);
}

http::Task<Result<http::Response>> ChatCompletionsApi::stream(http::Exchange& exchange, BegunAnswer begun,
                                                              StreamOptions options) {
  using Stream = Result<std::unique_ptr<engine::InferenceStream>>;
  http::Task<Stream> opening = engine_.stream(*begun.request, exchange.cancellation);
  Stream opened = co_await std::move(opening);
  if (!opened) co_return opened.error();
  begun.stream = std::move(*opened);
  // With the first piece there: what fails before them is an answer with a status of its own.
  http::Task<Result<bool>> reading = begun.stream->next(begun.piece);
  const Result<bool> more = co_await std::move(reading);
  if (!more) co_return more.error();
  begun.more = *more;

  http::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("X-Cogos-Model", *exchange.facts.model);
  response.stream = std::make_unique<ChatStream>(exchange, std::move(begun), options, clock_, memory_);
  co_return response;
}

}  // namespace cogos::api
