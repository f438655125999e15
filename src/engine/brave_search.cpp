#include "engine/brave_search.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <utility>

#include "base/json.hpp"
#include "engine/plain_text.hpp"
#include "engine/upstream.hpp"

namespace cogos::engine {
namespace {

constexpr std::size_t kMaxAnswer = std::size_t{1} << 20U;
constexpr std::size_t kMaxTitle = 300;
constexpr std::size_t kMaxSnippet = 1000;
constexpr std::size_t kMaxUrl = 2000;

Error unusable(std::string_view why) {
  return {ErrorCode::upstream_error, "the search provider's answer " + std::string(why)};
}

bool is_web_url(const std::string& text) {
  if (text.size() > kMaxUrl) return false;
  const auto url = boost::urls::parse_uri(text);
  return url && !url->encoded_host().empty() && !url->has_userinfo() &&
         (url->scheme_id() == boost::urls::scheme::https || url->scheme_id() == boost::urls::scheme::http);
}

std::string text_of(Json* hit, const char* name, std::size_t limit) {
  const Json* value = find_member(hit, name);
  if (value == nullptr || !value->is_string()) return {};
  return plain_text(value->get_ref<const std::string&>(), limit);
}

std::vector<SearchHit> hits_of(Json& answer, std::uint32_t max_hits) {
  std::vector<SearchHit> hits;
  Json* results = find_member(find_member(&answer, "web"), "results");
  // Where nothing was found the member is not there.
  if (results == nullptr || !results->is_array()) return hits;
  for (Json& result : *results) {
    if (hits.size() == max_hits) break;
    const Json* url = find_member(&result, "url");
    if (url == nullptr || !url->is_string() || !is_web_url(url->get_ref<const std::string&>())) continue;
    SearchHit hit{text_of(&result, "title", kMaxTitle), text_of(&result, "description", kMaxSnippet),
                  url->get<std::string>()};
    if (!hit.title.empty()) hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace

BraveSearch::BraveSearch(SearchOptions options, http::HttpClient& client)
    : options_(std::move(options)), client_(client) {}

http::OutgoingRequest BraveSearch::request_for(const std::string& query, std::uint32_t max_hits) const {
  boost::urls::url url(options_.url);
  url.params().append({"q", query});
  url.params().append({"count", std::to_string(max_hits)});
  http::OutgoingRequest call;
  call.url = std::string(url.buffer().data(), url.buffer().size());
  call.headers.emplace_back("Accept", "application/json");
  call.headers.emplace_back("X-Subscription-Token", std::string(options_.api_key.reveal()));
  call.timeout = options_.timeout;
  call.max_response_bytes = kMaxAnswer;
  return call;
}

http::Task<Result<std::vector<SearchHit>>> BraveSearch::search(const std::string& query,
                                                               std::uint32_t max_hits,
                                                               http::Cancellation& cancellation) {
  if (cancellation.requested()) co_return client_left();
  const http::OutgoingRequest call = request_for(query, max_hits);
  const Result<http::OutgoingResponse> answer = co_await client_.send(call, cancellation);
  if (cancellation.requested()) co_return client_left();
  if (!answer) co_return answer.error();
  if (answer->status != 200) {
    co_return Error(ErrorCode::upstream_error,
                    "the search provider answered " + std::to_string(answer->status),
                    options_.api_key.excerpt(answer->body))
        .with_upstream_status(answer->status);
  }
  Result<Json> json = base::parse_json(answer->body);
  if (!json || !json->is_object()) co_return unusable("is not a JSON object");
  co_return hits_of(*json, max_hits);
}

}  // namespace cogos::engine
