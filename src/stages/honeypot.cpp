#include "stages/honeypot.hpp"

namespace cogos::stages {

Result<void> HoneypotGate::pass(http::Exchange& exchange) {
  if (!enabled_ || exchange.route) return {};
  // What the operators have for themselves alone keeps the plain 404 of an unknown path.
  if (exchange.surface == http::Surface::operators || exchange.surface == http::Surface::probes) return {};
  const auto pattern = http::scanner_pattern(exchange.request.path());
  if (!pattern) return {};
  exchange.route = &decoys_[static_cast<std::size_t>(*pattern)];
  defence_.scanned(exchange.peer, *pattern);
  return {};
}

}  // namespace cogos::stages
