#include "api/chat_completions.hpp"

#include <chrono>

#include "api/account.hpp"
#include "api/chat_request.hpp"
#include "api/json_io.hpp"
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

http::Response answer(const http::Exchange& exchange, const engine::InferenceReply& reply) {
  const http::CallFacts& facts = exchange.facts;
  // The exchange's id with the prefix that clients of this API shape expect of a completion.
  const std::string id = "chatcmpl-" + exchange.id.substr(exchange.id.find('-') + 1);
  const Json choice{{"index", 0},
                    {"message", {{"role", "assistant"}, {"content", reply.text}, {"refusal", nullptr}}},
                    {"logprobs", nullptr},
                    {"finish_reason", reply.finish_reason}};
  const Json body{{"id", id},
                  {"object", "chat.completion"},
                  {"created", to_unix_ms(exchange.received_at) / 1000},
                  {"model", *facts.model},
                  {"choices", Json::array({choice})},
                  {"usage",
                   {{"prompt_tokens", facts.prompt_tokens},
                    {"completion_tokens", facts.completion_tokens},
                    {"total_tokens", facts.prompt_tokens + facts.completion_tokens}}},
                  {"cogos",
                   {{"schema_enforced", facts.schema_enforced},
                    {"latency_ms", *facts.latency_ms},
                    {"request_id", exchange.id}}}};
  http::Response response = json_response(200, body);
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
  const auto model = catalog_.resolve(request->model, package_of(*exchange.principal, *snapshot));
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
