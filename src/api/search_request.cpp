#include "api/search_request.hpp"

#include "api/members.hpp"
#include "base/object_writer.hpp"
#include "crypto/hash.hpp"

namespace cogos::api {
Result<SearchRequest> read_search_request(const Json& body) {
  SearchRequest request;
  const Json* query = member(body, "query");
  if (query && query->is_string()) request.query = query->get<std::string>();
  const bool blank = request.query.find_first_not_of(" \t\r\n") == std::string::npos;
  if (blank || request.query.size() > engine::kMaxQuery) {
    return invalid("query must be a text of 1 to " + std::to_string(engine::kMaxQuery) + " bytes", "query");
  }
  const Json* most = member(body, "max_results");
  if (!most) return request;
  const std::uint64_t number = most->is_number_unsigned() ? most->get<std::uint64_t>() : 0;
  if (number < 1 || number > engine::kMaxHits) {
    return invalid("max_results must be a whole number from 1 to " + std::to_string(engine::kMaxHits),
                   "max_results");
  }
  request.max_results = static_cast<std::uint32_t>(number);
  return request;
}

std::string hits_json(const std::vector<engine::SearchHit>& hits) {
  std::string json = "[";
  for (const engine::SearchHit& hit : hits) {
    if (json.size() > 1) json += ',';
    base::ObjectWriter(json)
        .text("snippet", hit.snippet)
        .text("title", hit.title)
        .text("url", hit.url)
        .close();
  }
  json += ']';
  return json;
}

std::string search_output_hash(std::string_view provider, std::string_view query,
                               std::string_view hits_json) {
  std::string json;
  base::ObjectWriter(json).text("provider", provider).text("query", query).raw("results", hits_json).close();
  return crypto::sha256_hex(json);
}

void note_search(http::Exchange& exchange, std::string_view provider, const std::string& query) {
  exchange.facts.live_search = std::string(provider);
  exchange.facts.search_query = query;
}

}  // namespace cogos::api
