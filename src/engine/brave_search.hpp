#pragma once

#include <chrono>
#include <string>

#include "engine/live_search.hpp"
#include "engine/upstream_key.hpp"
#include "http/outgoing.hpp"

namespace cogos::engine {

struct SearchOptions {
  std::string url;                           ///< Of the search itself; the query is appended.
  UpstreamKey api_key;                       ///< Sent as X-Subscription-Token.
  std::chrono::milliseconds timeout{5'000};  ///< For one whole search.
};

/// The web search API of Brave. Its answer may have 1 MiB; hits that lack a title or a usable URL are left
/// out. Errors never repeat what the provider said.
class BraveSearch final : public LiveSearch {
 public:
  /// `client` must outlive it.
  BraveSearch(SearchOptions options, http::HttpClient& client);

  http::Task<Result<std::vector<SearchHit>>> search(const std::string& query, std::uint32_t max_hits,
                                                    http::Cancellation& cancellation) override;
  [[nodiscard]] std::string_view provider() const noexcept override { return "brave"; }

 private:
  [[nodiscard]] http::OutgoingRequest request_for(const std::string& query, std::uint32_t max_hits) const;

  const SearchOptions options_;
  http::HttpClient& client_;
};

}  // namespace cogos::engine
