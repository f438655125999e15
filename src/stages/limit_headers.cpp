#include "stages/limit_headers.hpp"

#include "stages/rate.hpp"
#include "stages/record.hpp"

namespace cogos::stages {
namespace {

void put_rate(const http::RateStanding& rate, http::Headers& headers) {
  headers.set("x-ratelimit-limit-requests", std::to_string(rate.per_minute));
  headers.set("x-ratelimit-remaining-requests", std::to_string(rate.remaining));
  headers.set("x-ratelimit-reset-requests", duration_text(rate.full_after));
}

void put_quota(const std::string& name, const std::optional<http::QuotaStanding>& quota,
               http::Headers& headers) {
  if (!quota) return;
  headers.set(name + "-Limit", std::to_string(quota->limit));
  headers.set(name + "-Remaining", std::to_string(quota->remaining));
  headers.set(name + "-Reset", to_rfc3339(quota->resets_at));
}

}  // namespace

void LimitHeaders::dress(const http::Exchange& exchange, http::Headers& headers) {
  if (!http::is_under(exchange.request.path(), "/v1")) return;
  if (exchange.rate) put_rate(*exchange.rate, headers);
  if (!exchange.quota) return;
  const http::CallFacts& facts = exchange.facts;
  const auto standings =
      exchange.quota->standing(is_charged_call(exchange), facts.prompt_tokens + facts.completion_tokens);
  put_quota("X-Cogos-Quota", standings.monthly_requests, headers);
  put_quota("X-Cogos-Daily-Quota", standings.daily_requests, headers);
  put_quota("X-Cogos-Daily-Tokens", standings.daily_tokens, headers);
}

}  // namespace cogos::stages
