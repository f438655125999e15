#include "stages/hmac_seal.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace cogos::stages {
namespace {

class HmacRun final : public http::Seal::Run {
 public:
  HmacRun(const keys::HmacSecret& secret, std::string_view field) : hmac_(secret.reveal()), field_(field) {}

  void update(std::string_view piece) override { hmac_.update(as_bytes(piece)); }
  void finish(const http::Exchange& /*exchange*/, http::Headers& fields) override {
    fields.set(field_, base::to_hex(hmac_.finish()));
  }

 private:
  crypto::HmacSha256 hmac_;
  std::string_view field_;
};

}  // namespace

std::unique_ptr<http::Seal::Run> HmacSeal::begin(const http::Exchange& exchange, http::Headers& headers) {
  if (!exchange.proven_key || !http::carries_receipts(exchange.request)) return nullptr;
  const auto secret = dek_.open_hmac(exchange.proven_key->key_id, exchange.proven_key->hmac_secret);
  // Cannot happen while the DEK check holds; the attestation still covers the answer then.
  if (!secret) return nullptr;
  headers.set("X-Cogos-Signature-Algo", "hmac-sha256");
  return std::make_unique<HmacRun>(*secret, field());
}

}  // namespace cogos::stages
