#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "http/stage.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_log.hpp"

namespace cogos::stages {

/// Appends the row that each authenticated POST to a customer's route owes, whatever came of it, but for one
/// that a rate limit or a quota refused. Returns once the row is durable.
class AuditRecorder final : public http::Recorder {
 public:
  AuditRecorder(proof::AuditLog& log, const proof::AttestationSigner& signer, const Clock& clock,
                Random& random)
      : log_(log), signer_(signer), clock_(clock), random_(random) {}

  http::Task<Result<void>> record(http::Exchange& exchange) override;

 private:
  http::Task<Result<void>> remember(const SpentSignature& spent);
  [[nodiscard]] proof::RowDraft draft(const http::Exchange& exchange) const;

  proof::AuditLog& log_;
  const proof::AttestationSigner& signer_;
  const Clock& clock_;
  Random& random_;
};

/// Whether it is a call that owes a row (wire formats §4), unless a rate limit or a quota refuses it: not one
/// that is given the answer to a former request. Known once the authenticate gate has passed it, but for that
/// last point.
[[nodiscard]] bool is_recorded_call(const http::Exchange& exchange);

/// Whether its row, if it gets one, is charged (proof::is_charged).
[[nodiscard]] bool is_charged_call(const http::Exchange& exchange);

/// The row's `status` for a call that ended so.
[[nodiscard]] std::string row_status(const http::Exchange& exchange);

}  // namespace cogos::stages
