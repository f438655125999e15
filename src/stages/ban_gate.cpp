#include "stages/ban_gate.hpp"

#include "stages/first_refusal.hpp"

namespace cogos::stages {

Result<void> BanGate::pass(http::Exchange& exchange) {
  const auto left = detector_.banned_for(exchange.peer);
  if (left <= left.zero()) return {};
  leave_body_out(exchange);
  return Error(ErrorCode::rate_limit_exceeded,
               "requests from this address are refused for a while; wait as Retry-After says")
      .with_retry_after(whole_seconds(left));
}

}  // namespace cogos::stages
