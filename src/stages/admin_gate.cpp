#include "stages/admin_gate.hpp"

#include "http/router.hpp"

namespace cogos::stages {

AdminGate::AdminGate(const crypto::SecretText& admin_key, FailedProofs& failed_proofs)
    : expected_(crypto::sha256(as_bytes(admin_key.reveal()))), failed_proofs_(failed_proofs) {}

Result<void> AdminGate::pass(http::Exchange& exchange) {
  if (!exchange.route || exchange.route->realm != http::Realm::admin) return {};
  const http::Headers& headers = exchange.request.headers;
  const auto given = headers.find("X-Admin-Key");
  const bool single = given && headers.count("X-Admin-Key") == 1;
  if (single && crypto::equal_secrets(crypto::sha256(as_bytes(*given)), expected_)) return {};
  if (given) failed_proofs_.failed_proof(exchange.peer);
  return Error(ErrorCode::invalid_admin_credentials, "this route needs a valid X-Admin-Key header");
}

}  // namespace cogos::stages
