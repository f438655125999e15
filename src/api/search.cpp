#include "api/search.hpp"

#include "api/json_io.hpp"
#include "api/search_request.hpp"
#include "base/object_writer.hpp"
#include "crypto/hash.hpp"

namespace cogos::api {

void SearchApi::add_routes(http::Router& router) {
  http::Route route{"POST", "/v1/search", http::Realm::customer, http::BodyKind::json,
                    [this](http::Exchange& exchange) { return search(exchange); }};
  route.metered = true;
  router.add(std::move(route));
}

http::Task<Result<http::Response>> SearchApi::search(http::Exchange& exchange) {
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  const auto request = read_search_request(*body);
  if (!request) co_return request.error();

  note_search(exchange, search_.provider(), request->query);
  using Hits = Result<std::vector<engine::SearchHit>>;
  http::Task<Hits> searching = search_.search(request->query, request->max_results, exchange.cancellation);
  const Hits hits = co_await std::move(searching);
  if (!hits) co_return hits.error();

  const std::string results = hits_json(*hits);
  const std::string output_hash = search_output_hash(search_.provider(), request->query, results);
  exchange.facts.search_output_hash = output_hash;
  std::string answer;
  base::ObjectWriter writer(answer);
  writer.text("provider", search_.provider()).text("query", request->query);
  base::ObjectWriter receipt = writer.object("receipt");
  receipt.text("deterministic_hash", crypto::sha256_hex(base::canonical(*body)))
      .number("ms", http::elapsed_ms(exchange, clock_))
      .text("output_hash", output_hash)
      .text("request_id", exchange.id)
      .close();
  writer.raw("results", results).close();
  co_return json_response(200, std::move(answer));
}

}  // namespace cogos::api
