#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/live_search.hpp"
#include "http/exchange.hpp"

namespace cogos::api {

/// What is to be looked up.
struct SearchRequest {
  std::string query;
  std::uint32_t max_results = 5;
};

/// `query` and `max_results` of a body. Fails with invalid_request and names the member at fault.
[[nodiscard]] Result<SearchRequest> read_search_request(const Json& body);

/// The hits as an array in canonical JSON.
[[nodiscard]] std::string hits_json(const std::vector<engine::SearchHit>& hits);

/// What the receipt of a search commits to: hex SHA-256 of the canonical JSON of `{provider, query,
/// results}`.
[[nodiscard]] std::string search_output_hash(std::string_view provider, std::string_view query,
                                             std::string_view hits_json);

/// Notes in the call's facts whom it reached, and for the sealed part, what for.
void note_search(http::Exchange& exchange, std::string_view provider, const std::string& query);

}  // namespace cogos::api
