#pragma once

#include "base/time.hpp"
#include "http/router.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_log.hpp"

namespace cogos::api {

/// GET /v1/audit and GET /v1/audit/chain-head: a tenant's own rows, sealed as they were written, and signed
/// heads of its chains. Thread-safe.
class AuditApi {
 public:
  AuditApi(proof::AuditLog& log, const proof::AttestationSigner& signer, const Clock& clock)
      : log_(log), signer_(signer), clock_(clock) {}

  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> rows(http::Exchange& exchange);
  http::Task<Result<http::Response>> chain_head(http::Exchange& exchange);

  proof::AuditLog& log_;
  const proof::AttestationSigner& signer_;
  const Clock& clock_;
};

}  // namespace cogos::api
