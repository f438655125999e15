#include "stages/honeypot.hpp"

#include "stages/authorization.hpp"

namespace cogos::stages {

Result<void> HoneypotGate::pass(http::Exchange& exchange) {
  if (!enabled_ || exchange.route) return {};
  // What the operators have for themselves alone keeps the plain 404 of an unknown path.
  if (exchange.surface == http::Surface::operators || exchange.surface == http::Surface::probes) return {};
  const auto pattern = http::scanner_pattern(exchange.request.path());
  if (!pattern) return {};
  exchange.route = &decoys_[static_cast<std::size_t>(*pattern)];
  if (!is_probe(exchange)) defence_.scanned(exchange.peer, *pattern);
  return {};
}

bool HoneypotGate::is_probe(const http::Exchange& exchange) const {
  const auto given = read_authorization(exchange.request.headers);
  if (!given || !is_bearer(*given)) return false;
  const auto key = find_bearer(keyring_, given->parameters);
  return key && key->tenant_type == keys::TenantType::probe &&
         keys::is_admitted(keys::standing(*key, clock_.now()));
}

}  // namespace cogos::stages
