#include "api/chat_completions.hpp"

#include <chrono>

#include "api/chat_request.hpp"
#include "api/json_io.hpp"
#include "base/object_writer.hpp"
#include "engine/schema_validator.hpp"

namespace cogos::api {
namespace {

/// Whatever the engine promises, the text counts as schema-enforced only once it was checked here.
Result<void> check_against_schema(const std::string& text, const engine::SchemaValidator& validator) {
  const auto value = base::parse_json(text);
  std::string reason = "it is not JSON";
  if (value) {
    const auto valid = validator.validate(*value);
    if (valid) return {};
    reason = valid.error().message();
  }
  return Error(ErrorCode::upstream_schema_violation,
               "the model's answer does not fit the schema; try again or loosen the schema",
               std::move(reason));
}

/// The answer's one choice. Written straight into canonical JSON: building a tree first cost as much as all
/// of a small answer's hashing.
std::string choice(const engine::InferenceReply& reply) {
  std::string json;
  json.reserve(reply.text.size() + 128);
  base::ObjectWriter choice(json);
  choice.text("finish_reason", reply.finish_reason).number("index", 0).null("logprobs");
  base::ObjectWriter message = choice.object("message");
  message.text("content", reply.text).null("refusal").text("role", "assistant").close();
  choice.close();
  return json;
}

std::string answer_body(const http::Exchange& exchange, const engine::InferenceReply& reply) {
  const http::CallFacts& facts = exchange.facts;
  std::string json;
  json.reserve(reply.text.size() + 512);
  base::ObjectWriter body(json);
  body.raw("choices", "[" + choice(reply) + "]");
  base::ObjectWriter ours = body.object("cogos");
  ours.number("latency_ms", *facts.latency_ms)
      .text("request_id", exchange.id)
      .boolean("schema_enforced", facts.schema_enforced)
      .close();
  body.number("created", static_cast<std::uint64_t>(to_unix_ms(exchange.received_at) / 1000))
      // The exchange's id with the prefix that clients of this API shape expect of a completion.
      .text("id", "chatcmpl-" + exchange.id.substr(exchange.id.find('-') + 1))
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
  router.add({"POST", "/v1/chat/completions", http::Realm::customer, http::BodyKind::json,
              [this](http::Exchange& exchange) { return complete(exchange); }});
}

http::Task<Result<http::Response>> ChatCompletionsApi::complete(http::Exchange& exchange) {
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  auto request = read_chat_request(*body);
  if (!request) co_return request.error();
  http::CallFacts& facts = exchange.facts;
  facts.prompt_fingerprint = prompt_fingerprint(request->messages);
  if (!request->schema_name.empty()) facts.schema_name = request->schema_name;

  const auto snapshot = keyring_.snapshot();
  const auto model = catalog_.resolve(request->model, snapshot->package_of(*exchange.principal));
  if (!model) co_return model.error();
  facts.model = model->alias;
  request->model = model->model;

  std::optional<engine::SchemaValidator> validator;
  if (request->schema) {
    auto compiled = engine::SchemaValidator::compile(*request->schema);
    if (!compiled) co_return compiled.error();
    validator = std::move(*compiled);
  }

  http::Task<Result<engine::InferenceReply>> completing = engine_.complete(*request, exchange.cancellation);
  const Result<engine::InferenceReply> reply = co_await std::move(completing);
  if (!reply) co_return reply.error();
  facts.prompt_tokens = reply->prompt_tokens;
  facts.completion_tokens = reply->completion_tokens;
  if (validator) {
    const auto fits = check_against_schema(reply->text, *validator);
    if (!fits) co_return fits.error();
    facts.schema_enforced = true;
  }
  const auto elapsed = clock_.monotonic() - exchange.started;
  facts.latency_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
  co_return answer(exchange, *reply);
}

}  // namespace cogos::api
