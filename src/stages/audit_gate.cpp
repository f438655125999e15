#include "stages/audit_gate.hpp"

#include "stages/record.hpp"

namespace cogos::stages {

Result<void> AuditGate::pass(http::Exchange& exchange) {
  if (!is_recorded_call(exchange) || log_.writable()) return {};
  return Error(ErrorCode::audit_unavailable,
               "The audit log cannot be written at the moment, so nothing was begun. Try again later.");
}

}  // namespace cogos::stages
