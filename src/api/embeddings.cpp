#include "api/embeddings.hpp"

#include <bit>

#include "api/embedding_request.hpp"
#include "api/json_io.hpp"
#include "api/members.hpp"
#include "api/token_limits.hpp"
#include "base/encoding.hpp"
#include "base/object_writer.hpp"
#include "engine/token_bound.hpp"

namespace cogos::api {
namespace {

/// IEEE 754 binary32, little end first, whatever this machine's order is.
std::string as_base64(const std::vector<double>& vector) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(vector.size() * sizeof(float));
  for (const double element : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(element));
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  return base::to_base64(bytes);
}

/// Written straight into canonical JSON: a tree of so many numbers would take several times the memory.
void append_data(const engine::EmbeddingReply& reply, bool base64, std::string& json) {
  for (std::size_t i = 0; i < reply.vectors.size(); ++i) {
    json += i == 0 ? R"({"embedding":)" : R"(,{"embedding":)";
    if (base64) {
      base::append_json_string(as_base64(reply.vectors[i]), json);
    } else {
      char separator = '[';
      for (const double element : reply.vectors[i]) {
        json += separator;
        base::append_canonical(Json(element), json);
        separator = ',';
      }
      json += ']';
    }
    json += R"(,"index":)" + std::to_string(i) + R"(,"object":"embedding"})";
  }
}

std::string answer_body(const http::Exchange& exchange, const engine::EmbeddingReply& reply, bool base64) {
  std::string json;
  base::ObjectWriter body(json);
  base::ObjectWriter ours = body.object("cogos");
  ours.number("latency_ms", *exchange.facts.latency_ms).text("request_id", exchange.id).close();
  std::string data = "[";
  append_data(reply, base64, data);
  data += ']';
  body.raw("data", data).text("model", *exchange.facts.model).text("object", "list");
  base::ObjectWriter usage = body.object("usage");
  usage.number("prompt_tokens", reply.prompt_tokens).number("total_tokens", reply.prompt_tokens).close();
  body.close();
  return json;
}

}  // namespace

void EmbeddingsApi::add_routes(http::Router& router) {
  http::Route route{"POST", "/v1/embeddings", http::Realm::customer, http::BodyKind::json,
                    [this](http::Exchange& exchange) { return embed(exchange); }};
  route.metered = true;
  router.add(std::move(route));
}

http::Task<Result<http::Response>> EmbeddingsApi::embed(http::Exchange& exchange) {
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  auto order = read_embedding_order(*body);
  if (!order) co_return order.error();
  if (!engine_.embeds())
    co_return invalid("this server's engine has no model that makes embeddings", "model");
  engine::EmbeddingRequest& request = order->request;
  http::CallFacts& facts = exchange.facts;

  const auto snapshot = keyring_.snapshot();
  const keys::Package& package = snapshot->package_of(*exchange.principal);
  const auto model = catalog_.resolve(request.model, package);
  if (!model) co_return model.error();
  facts.model = model->alias;
  request.model = model->model;
  // There is no answer of tokens; one is the least that can be held.
  const auto bounded = bound_tokens(exchange, package, engine::prompt_token_bound(request), 1);
  if (!bounded) co_return bounded.error();

  http::Task<Result<engine::EmbeddingReply>> embedding = engine_.embed(request, exchange.cancellation);
  const Result<engine::EmbeddingReply> reply = co_await std::move(embedding);
  if (!reply) co_return reply.error();
  const auto covered = cover_tokens(exchange, reply->prompt_tokens);
  if (!covered) co_return covered.error();
  facts.prompt_tokens = reply->prompt_tokens;
  facts.latency_ms = http::elapsed_ms(exchange, clock_);
  http::Response response = json_response(200, answer_body(exchange, *reply, order->base64));
  response.headers.set("X-Cogos-Model", *facts.model);
  response.headers.set("X-Cogos-Latency-Ms", std::to_string(*facts.latency_ms));
  co_return response;
}

}  // namespace cogos::api
