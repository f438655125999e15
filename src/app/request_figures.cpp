#include "app/request_figures.hpp"

#include <optional>

namespace cogos::app {
namespace {

constexpr std::uint64_t kUs = 1'000;
constexpr std::uint64_t kMs = 1'000'000;
constexpr std::array<std::uint64_t, 14> kBounds{25 * kUs,  100 * kUs,   250 * kUs,   1 * kMs,     2'500 * kUs,
                                                5 * kMs,   10 * kMs,    25 * kMs,    50 * kMs,    100 * kMs,
                                                250 * kMs, 1'000 * kMs, 5'000 * kMs, 30'000 * kMs};

using Moment = http::Stations::Moment;

/// Nothing where one of the stations was not passed.
void observe(Histogram& histogram, Moment from, Moment to) {
  if (from == Moment{} || to < from) return;
  const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(to - from);
  histogram.observe(static_cast<std::uint64_t>(took.count()));
}

std::optional<std::size_t> refusal_kind(const http::Exchange& exchange, ErrorCode code) {
  switch (code) {
    case ErrorCode::rate_limit_exceeded:
      return exchange.principal ? 1 : 0;
    case ErrorCode::quota_exceeded:
      return 2;
    case ErrorCode::daily_quota_exceeded:
      return 3;
    case ErrorCode::prompt_too_large:
      return 4;
    case ErrorCode::model_tier_denied:
      return 5;
    case ErrorCode::key_quarantined:
      return 6;
    case ErrorCode::overloaded:
      return 7;
    case ErrorCode::audit_unavailable:
      return 8;
    default:
      return std::nullopt;
  }
}

}  // namespace

RequestFigures::PerRoute::PerRoute()
    : stages{Histogram(kBounds), Histogram(kBounds), Histogram(kBounds), Histogram(kBounds),
             Histogram(kBounds)} {}

RequestFigures::RequestFigures() = default;

void RequestFigures::answered(const http::Exchange& exchange) {
  const auto known = routes_.find(exchange.route);
  PerRoute& route = known == routes_.end() ? unknown_ : *known->second;
  const auto status = static_cast<std::size_t>(exchange.response.status - 100);
  if (status < route.by_status.size()) route.by_status[status].fetch_add(1, std::memory_order_relaxed);

  const http::Stations& at = exchange.stations;
  observe(route.stages[0], exchange.started, at.sealed);
  observe(route.stages[1], at.entered, at.admitted);
  observe(route.stages[2], at.admitted, at.handled);
  observe(route.stages[3], at.handled, at.recorded);
  observe(route.stages[4], at.recorded, at.sealed);
  if (exchange.error) count_error(exchange, exchange.error->code());
}

void RequestFigures::count_error(const http::Exchange& exchange, ErrorCode code) {
  const auto place = static_cast<std::size_t>(code);
  if (place < errors_.size()) errors_[place].fetch_add(1, std::memory_order_relaxed);
  if (const auto kind = refusal_kind(exchange, code)) {
    refusals_[*kind].fetch_add(1, std::memory_order_relaxed);
  }
}

void RequestFigures::each_route(const std::function<void(const http::Route*, const PerRoute&)>& use) const {
  for (const auto& [route, figures] : routes_) use(route, *figures);
  use(nullptr, unknown_);
}

}  // namespace cogos::app
