#include "stages/attestation_seal.hpp"

#include "keys/key_record.hpp"
#include "proof/wire.hpp"

namespace cogos::stages {
namespace {

/// The response's bytes come in through exchange.response_sha256, which the pipeline has computed by then.
class AttestationRun final : public http::Seal::Run {
 public:
  AttestationRun(const proof::AttestationSigner& signer, const proof::AuditLog& log, std::string_view field)
      : signer_(signer), log_(log), field_(field) {}

  void update(std::string_view /*piece*/) override {}

  void finish(const http::Exchange& exchange, http::Headers& fields) override {
    const std::string head = chain_head(exchange);
    const proof::AttestedCall call{exchange.request.method,
                                   exchange.request.target,
                                   exchange.request_sha256,
                                   exchange.response_sha256,
                                   head,
                                   exchange.completed_at};
    fields.set(field_, signer_.token(call));
  }

 private:
  [[nodiscard]] std::string chain_head(const http::Exchange& exchange) const {
    if (exchange.appended_row) return *exchange.appended_row;
    if (!exchange.proven_key) return proof::kNoHash;
    const auto head = log_.head(exchange.proven_key->chain());
    return head ? head->row_hash : proof::kNoHash;
  }

  const proof::AttestationSigner& signer_;
  const proof::AuditLog& log_;
  std::string_view field_;
};

}  // namespace

std::unique_ptr<http::Seal::Run> AttestationSeal::begin(const http::Exchange& exchange,
                                                        http::Headers& headers) {
  if (!http::carries_receipts(exchange.request)) return nullptr;
  headers.set("X-Cogos-Attestation-Algo", "ed25519");
  headers.set("X-Cogos-Attestation-Kid", signer_.kid());
  return std::make_unique<AttestationRun>(signer_, log_, field());
}

}  // namespace cogos::stages
