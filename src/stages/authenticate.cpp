#include "stages/authenticate.hpp"

#include <cstdlib>

#include "http/router.hpp"
#include "proof/request_signature.hpp"
#include "stages/authorization.hpp"

namespace cogos::stages {
namespace {

/// An unknown key and a revoked one are told the same.
Error unknown_key() {
  return keys::refusal(keys::Standing::revoked);
}

/// Methods that RFC 9110 §9.2.1 calls safe may be repeated at will.
bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace

Result<void> AuthenticateGate::pass(http::Exchange& exchange) {
  if (!http::is_under(exchange.request.path(), "/v1")) return {};
  auto identified = identify(exchange);
  // Wherever it was tried: the HMAC signature on a 404 tells a right key from a wrong one as well.
  if (!identified && !exchange.proven_key && !exchange.fault &&
      identified.error().code() == ErrorCode::invalid_api_key) {
    failed_proofs_.failed_proof(exchange.peer);
  }
  const bool required =
      exchange.route != nullptr && exchange.route->realm == http::Realm::customer && !exchange.fault;
  if (!identified && required) return identified.error();
  return {};
}

Result<void> AuthenticateGate::identify(http::Exchange& exchange) const {
  const auto given = read_authorization(exchange.request.headers);
  if (!given) return given.error();
  if (http::iequals(given->scheme, proof::kSignatureScheme)) return signature(exchange, given->parameters);
  if (is_bearer(*given)) return bearer(exchange, given->parameters);
  return Error(ErrorCode::missing_credentials,
               "the Authorization header is malformed; send `Bearer sk-cogos-…` or `CogOS-Ed25519 …`");
}

Result<void> AuthenticateGate::bearer(http::Exchange& exchange, std::string_view key) const {
  exchange.proven_key = find_bearer(keyring_, key);
  if (!exchange.proven_key) return unknown_key();
  return admit(exchange);
}

Result<void> AuthenticateGate::signature(http::Exchange& exchange, std::string_view parameters) const {
  const auto given = proof::parse_request_signature(parameters);
  if (!given) return given.error();
  // The signature covers the body: without all of it nothing is proved.
  if (!exchange.request.body_complete) return unknown_key();
  if (std::abs(to_unix_ms(clock_.now()) - given->ts) > proof::kSignatureWindowMs) {
    return Error(ErrorCode::missing_credentials,
                 "the signature's ts is more than 300 s from the server's time; set the client's clock");
  }
  auto key = keyring_.snapshot()->by_id(given->key_id);
  if (!key || !key->signing_key) return unknown_key();
  const std::string text = proof::signed_text(exchange.request.method, exchange.request.target, given->ts,
                                              exchange.request_sha256, given->nonce);
  if (!key->signing_key->verify(as_bytes(text), given->signature)) return unknown_key();
  exchange.proven_key = std::move(key);
  if (const auto fresh = refuse_replay(exchange, *given); !fresh) return fresh.error();
  return admit(exchange);
}

Result<void> AuthenticateGate::refuse_replay(http::Exchange& exchange,
                                             const proof::RequestSignature& given) const {
  if (is_safe(exchange.request.method)) return {};
  const SpentSignature spent = proof::spend(given);
  switch (replays_.remember(spent, clock_.now())) {
    case ReplayCache::Outcome::fresh:
      // For the call's row, which tells a restarted server. A call without a row had no effect, and so needs
      // no guard beyond this process.
      exchange.spent_signature = spent;
      return {};
    case ReplayCache::Outcome::replayed:
      return Error(ErrorCode::replayed_request,
                   "this signature was accepted before; sign again with a new ts or a nonce");
    case ReplayCache::Outcome::full:
      break;
  }
  return Error(ErrorCode::overloaded, "too many signed requests at once; try again shortly")
      .with_retry_after(1);
}

Result<void> AuthenticateGate::admit(http::Exchange& exchange) const {
  const keys::KeyRecord& key = *exchange.proven_key;
  const keys::Standing standing = keys::standing(key, clock_.now());
  if (!keys::is_admitted(standing)) return keys::refusal(standing);
  if (key.first_use) {
    switch (key.first_use->enter()) {
      case keys::FirstUse::Entry::refused:
        return unknown_key();
      case keys::FirstUse::Entry::to_be_marked:
        // No request waits for it: until it is durable it holds in memory.
        first_uses_.mark_used(key.key_id, clock_.now(),
                              [use = key.first_use](bool durable) { use->settled(durable); });
        break;
      case keys::FirstUse::Entry::admitted:
        break;
    }
  }
  exchange.principal = exchange.proven_key;
  return {};
}

}  // namespace cogos::stages
