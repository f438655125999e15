#include "stages/peer_limit.hpp"

#include "http/router.hpp"
#include "stages/first_refusal.hpp"
#include "stages/peer_id.hpp"
#include "stages/rate.hpp"

namespace cogos::stages {
namespace {

/// Where the operators' routes do not exist, their paths are like any other.
bool is_for_operators(const http::Exchange& exchange) {
  if (!http::has_operators(exchange.surface)) return false;
  const bool listed = exchange.route != nullptr && exchange.route->realm == http::Realm::admin;
  return listed || http::is_under(exchange.request.path(), "/admin");
}

}  // namespace

Result<void> PeerLimitGate::draw(http::Exchange& exchange, const BucketId& id, std::uint32_t per_minute) {
  if (per_minute == 0) return {};
  const Drawn drawn = buckets_.draw(id, per_minute);
  exchange.rate = standing(drawn, per_minute);
  if (drawn.granted) return {};
  return Error(ErrorCode::rate_limit_exceeded,
               "too many requests from this address: " + std::to_string(per_minute) +
                   " a minute are allowed; wait as Retry-After says")
      .with_retry_after(whole_seconds(drawn.wait));
}

Result<void> PeerLimitGate::pass(http::Exchange& exchange) {
  auto passed = draw(exchange, peer_id(exchange.peer, 'p'), peer_rpm_);
  if (passed && is_for_operators(exchange)) {
    passed = draw(exchange, peer_id(exchange.peer, 'a'), admin_peer_rpm_);
  }
  if (passed) return {};
  leave_body_out(exchange);
  return passed;
}

}  // namespace cogos::stages
