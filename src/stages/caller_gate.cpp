#include "stages/caller_gate.hpp"

#include "http/router.hpp"
#include "keys/key_record.hpp"

namespace cogos::stages {

Result<void> CallerGate::pass(http::Exchange& exchange) {
  if (!exchange.principal || !exchange.route || exchange.route->realm != http::Realm::customer) return {};
  const http::Callers callers = exchange.route->callers;
  if (callers == http::Callers::both) return {};
  const bool is_probe = exchange.principal->tenant_type == keys::TenantType::probe;
  if (is_probe == (callers == http::Callers::probes)) return {};
  return Error(ErrorCode::forbidden,
               is_probe
                   ? "this is a probe's key: it may POST /v1/probe-reports and GET /v1/me, nothing else; "
                     "call this with a customer's key"
                   : "reports of probes are taken with a probe's key only; the operator issues one with "
                     "`tenant_type` `probe`");
}

}  // namespace cogos::stages
