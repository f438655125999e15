#include "stages/load_gate.hpp"

#include "http/router.hpp"

namespace cogos::stages {

Result<void> LoadGate::pass(http::Exchange& exchange) {
  if (!exchange.route || exchange.route->realm == http::Realm::open || exchange.fault) return {};
  if (places_->take(1, exchange.place)) return {};
  return Error(ErrorCode::overloaded, "too many requests are being answered; try again shortly")
      .with_retry_after(1);
}

}  // namespace cogos::stages
