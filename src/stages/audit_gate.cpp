#include "stages/audit_gate.hpp"

#include "http/router.hpp"

namespace cogos::stages {

Result<void> AuditGate::pass(http::Exchange& exchange) {
  const bool owes_row = exchange.principal && exchange.request.method == "POST" && exchange.route &&
                        exchange.route->realm == http::Realm::customer;
  if (!owes_row || log_.writable()) return {};
  return Error(ErrorCode::audit_unavailable,
               "The audit log cannot be written at the moment, so nothing was begun. Try again later.");
}

}  // namespace cogos::stages
