#include "stages/admin_gate.hpp"

#include "http/router.hpp"

namespace cogos::stages {
namespace {

/// What the request names as the operators' key; nothing where it names none or more than one.
std::optional<std::string_view> key_given(const http::Exchange& exchange) {
  const http::Headers& headers = exchange.request.headers;
  const std::size_t keys = headers.count("X-Admin-Key");
  if (keys == 1) return headers.find("X-Admin-Key");
  // Prometheus can send no other header than this one with a secret out of a file.
  const bool takes_bearer = exchange.route->pattern == "/metrics";
  if (keys > 1 || !takes_bearer || headers.count("Authorization") != 1) return std::nullopt;
  const std::string_view value = *headers.find("Authorization");
  constexpr std::string_view kBearer = "Bearer ";
  if (!http::iequals(value.substr(0, kBearer.size()), kBearer)) return std::nullopt;
  return value.substr(kBearer.size());
}

}  // namespace

AdminGate::AdminGate(const crypto::SecretText& admin_key, FailedProofs& failed_proofs)
    : expected_(crypto::sha256(as_bytes(admin_key.reveal()))), failed_proofs_(failed_proofs) {}

Result<void> AdminGate::pass(http::Exchange& exchange) {
  if (!exchange.route || exchange.route->realm != http::Realm::admin) return {};
  const auto given = key_given(exchange);
  if (given && crypto::equal_secrets(crypto::sha256(as_bytes(*given)), expected_)) return {};
  if (given || exchange.request.headers.count("X-Admin-Key") > 1) failed_proofs_.failed_proof(exchange.peer);
  return Error(ErrorCode::invalid_admin_credentials, "this route needs a valid X-Admin-Key header");
}

}  // namespace cogos::stages
