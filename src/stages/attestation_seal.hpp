#pragma once

#include "http/stage.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_log.hpp"

namespace cogos::stages {

/// X-Cogos-Attestation on every response under /v1: binds request, response, build and the chain's head.
class AttestationSeal final : public http::Seal {
 public:
  AttestationSeal(const proof::AttestationSigner& signer, const proof::AuditLog& log)
      : signer_(signer), log_(log) {}

  std::unique_ptr<Run> begin(const http::Exchange& exchange, http::Headers& headers) override;
  [[nodiscard]] std::string_view field() const noexcept override { return "X-Cogos-Attestation"; }

 private:
  const proof::AttestationSigner& signer_;
  const proof::AuditLog& log_;
};

}  // namespace cogos::stages
