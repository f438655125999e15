#include "app/pipeline.hpp"

#include "stages/body_hash.hpp"

namespace cogos::app {
namespace {

/// Signed unsafe requests that may be within their window of 600 s at once; about 70 MB at the very most.
constexpr std::size_t kReplayEntries = 1'000'000;

/// Client addresses whose rate is known at once: 13 MiB once that many have come.
constexpr std::size_t kPeerBuckets = 200'000;

/// Tenants whose rate is known at once, as many bytes each; only those that hold a key get one.
constexpr std::size_t kTenantBuckets = 200'000;

/// Client addresses that used a route with a limit of its own within the hour; as many bytes each.
constexpr std::size_t kRouteBuckets = 50'000;

}  // namespace

Stages::Stages(const StageInputs& in)
    : access_(in.operators_door, in.operators_from),
      detector_({}, in.clock, in.random),
      bans_(in.audit_log, in.operator_rows, in.defence_observer),
      defence_(in.defence, detector_, bans_, in.quarantine),
      ban_gate_(detector_),
      peers_(kPeerBuckets, in.clock, in.random),
      peer_limit_(in.peer_limits, peers_),
      honeypot_(in.decoys, in.honeypots, defence_, in.keyring, in.clock),
      replays_(kReplayEntries),
      authenticate_(in.keyring, in.first_uses, in.clock, replays_, defence_),
      key_use_(defence_, in.quarantine),
      tenants_(kTenantBuckets, in.clock, in.random),
      tenant_limit_(in.keyring, tenants_),
      admin_(in.admin_key, defence_),
      load_(in.max_pending),
      idempotency_(in.clock, in.random),
      own_pages_(in.origin),
      uses_(kRouteBuckets, in.clock, in.random),
      route_limit_(uses_),
      audit_(in.audit_log),
      quota_(in.keyring, in.ledger, in.clock),
      record_(in.audit_log, in.signer, in.clock, in.random),
      hmac_(in.dek),
      attestation_(in.signer, in.audit_log),
      security_headers_(in.checkout_origin),
      call_headers_(in.clock),
      clock_(in.clock) {
  for (const SpentSignature& spent : in.spent_signatures) {
    // There are never more than the former process remembered, so there is room for all.
    static_cast<void>(replays_.remember(spent, in.clock.now()));
  }
}

http::PipelineParts Stages::in_order(const http::Router& router, const http::ErrorFace& error_face,
                                     std::vector<http::Observer*> observers,
                                     std::shared_ptr<http::Budget> memory) {
  http::PipelineParts parts;
  parts.router = &router;
  parts.error_face = &error_face;
  parts.access = &access_;  // decides before the first gate which routes there are
  parts.gates = {
      &ban_gate_,      // first: whoever is banned costs nothing more
      &peer_limit_,    // before all that takes work: nor does whoever asks too often
      &honeypot_,      // before credentials, which a scanner has none of; a decoy takes no body either
      &authenticate_,  // early: a refusal after it can carry the key's receipt and is recorded
      &key_use_,       // as soon as it is known whose key it is: a leaked one does nothing more
      &tenant_limit_,  // as soon as the tenant is known, before anything of the request is parsed
      &callers_,       // what this kind of key may not do is not looked into
      &admin_,         // the operators' credentials, before anything of their request is read
      &load_,          // only whoever has credentials takes a place; before the body is looked at
      &own_pages_,     // another site's form takes nothing of what its sender may still do
      &body_gate_,     // what a body is declared to be matters only to who may send one
      &route_limit_,   // of what could be answered, so often and no more
      &idempotency_,   // what was answered before is not done again: before all that work would need
      &audit_,         // of all that could be answered, what cannot be recorded is not begun
      &quota_,         // last: what any other gate refuses takes no place
  };
  // Between the gates and the record stands the handler that the router found.
  parts.recorder = &record_;  // before the seals: they commit to the row's hash
  parts.seals = {
      &hmac_,         // over the body alone
      &attestation_,  // over request, response, build and the chain's head with the new row in it
  };
  // Do not depend on the body, so before both.
  parts.dressers = {&security_headers_, &call_headers_, &limit_headers_};
  parts.whole_hash = &stages::sha256_of_body;
  parts.body_hash = &stages::sha256_body_hash;
  parts.observers = std::move(observers);
  parts.clock = &clock_;
  parts.memory = std::move(memory);
  return parts;
}

}  // namespace cogos::app
