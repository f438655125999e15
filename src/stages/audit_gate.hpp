#pragma once

#include "http/stage.hpp"
#include "proof/audit_log.hpp"

namespace cogos::stages {

/// Refuses a call that owes an audit row while none can be written (503 audit_unavailable), so that its work
/// is not begun only to be thrown away. What the recorder finds is decisive all the same: the log may fail
/// later.
class AuditGate final : public http::Gate {
 public:
  explicit AuditGate(const proof::AuditLog& log) : log_(log) {}

  Result<void> pass(http::Exchange& exchange) override;

 private:
  const proof::AuditLog& log_;
};

}  // namespace cogos::stages
