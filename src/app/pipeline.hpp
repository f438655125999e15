#pragma once

#include "base/random.hpp"
#include "http/pipeline.hpp"
#include "keys/defence_observer.hpp"
#include "keys/dek.hpp"
#include "keys/key_store.hpp"
#include "keys/keyring.hpp"
#include "keys/operator_rows.hpp"
#include "proof/attestation.hpp"
#include "proof/audit_log.hpp"
#include "stages/admin_access.hpp"
#include "stages/admin_gate.hpp"
#include "stages/attestation_seal.hpp"
#include "stages/audit_gate.hpp"
#include "stages/authenticate.hpp"
#include "stages/ban_gate.hpp"
#include "stages/body_gate.hpp"
#include "stages/caller_gate.hpp"
#include "stages/defence.hpp"
#include "stages/hmac_seal.hpp"
#include "stages/honeypot.hpp"
#include "stages/idempotency_gate.hpp"
#include "stages/key_use_gate.hpp"
#include "stages/limit_headers.hpp"
#include "stages/load_gate.hpp"
#include "stages/own_pages.hpp"
#include "stages/peer_limit.hpp"
#include "stages/quota_gate.hpp"
#include "stages/record.hpp"
#include "stages/replay_cache.hpp"
#include "stages/response_headers.hpp"
#include "stages/route_limit.hpp"
#include "stages/tenant_limit.hpp"

namespace cogos::app {

/// What the stages are made from. All must outlive them.
struct StageInputs {
  const keys::Keyring& keyring;
  keys::FirstUseLog& first_uses;
  std::vector<SpentSignature> spent_signatures;  ///< Of former processes, still within their window.
  keys::UsageLedger& ledger;
  const keys::Dek& dek;
  const proof::AttestationSigner& signer;
  proof::AuditLog& audit_log;
  const crypto::SecretText& admin_key;
  const keys::OperatorRows& operator_rows;
  keys::DefenceObserver& defence_observer;
  keys::Quarantine& quarantine;
  stages::DefenceOptions defence;
  const stages::HoneypotGate::Decoys& decoys;
  bool honeypots;             ///< Whether scanners find decoys.
  std::uint64_t max_pending;  ///< Requests that are answered at once.
  stages::PeerLimits peer_limits;
  bool operators_door;            ///< The operators have a listener of their own.
  http::Networks operators_from;  ///< Where they call from; empty: anywhere.
  std::string origin;             ///< This site's, as browsers spell it.
  std::string_view checkout_origin;
  const Clock& clock;
  Random& random;
};

/// The stages of every request, and their order.
class Stages {
 public:
  explicit Stages(const StageInputs& inputs);

  /// `router`, `error_face` and the observers must outlive the pipeline made from this. `memory` is for large
  /// responses.
  [[nodiscard]] http::PipelineParts in_order(const http::Router& router, const http::ErrorFace& error_face,
                                             std::vector<http::Observer*> observers,
                                             std::shared_ptr<http::Budget> memory);

  // What a running server can be told anew; each is in force for the requests that come in after it.
  void limit_peers(stages::PeerLimits limits) { peer_limit_.limit(limits); }
  void let_operate_from(http::Networks networks) { access_.allow_from(std::move(networks)); }
  void defend(stages::DefenceOptions options) { defence_.set_options(std::move(options)); }
  void show_decoys(bool shown) { honeypot_.enable(shown); }

  /// What every answer says to browsers, whichever service gives it.
  [[nodiscard]] http::Dresser& security_headers() noexcept { return security_headers_; }

  /// Forgets what was kept for a time that is over; to be called now and then.
  void sweep() { idempotency_.sweep(); }

  /// Requests with credentials that are being answered at this moment.
  [[nodiscard]] std::uint64_t pending() const noexcept { return load_.pending(); }

 private:
  stages::AdminAccess access_;
  stages::Detector detector_;
  stages::BanRecorder bans_;
  stages::Defence defence_;
  stages::BanGate ban_gate_;
  stages::TokenBuckets peers_;
  stages::PeerLimitGate peer_limit_;
  stages::HoneypotGate honeypot_;
  stages::ReplayCache replays_;
  stages::AuthenticateGate authenticate_;
  stages::KeyUseGate key_use_;
  stages::TokenBuckets tenants_;
  stages::TenantLimitGate tenant_limit_;
  stages::CallerGate callers_;
  stages::AdminGate admin_;
  stages::LoadGate load_;
  stages::BodyGate body_gate_;
  stages::IdempotencyGate idempotency_;
  stages::OwnPagesGate own_pages_;
  stages::TokenBuckets uses_;
  stages::RouteLimitGate route_limit_;
  stages::AuditGate audit_;
  stages::QuotaGate quota_;
  stages::AuditRecorder record_;
  stages::HmacSeal hmac_;
  stages::AttestationSeal attestation_;
  stages::SecurityHeaders security_headers_;
  stages::CallHeaders call_headers_;
  stages::LimitHeaders limit_headers_;
  const Clock& clock_;
};

}  // namespace cogos::app
