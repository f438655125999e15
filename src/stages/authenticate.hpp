#pragma once

#include "base/time.hpp"
#include "http/stage.hpp"
#include "keys/key_store.hpp"
#include "keys/keyring.hpp"
#include "proof/request_signature.hpp"
#include "stages/failed_proofs.hpp"
#include "stages/replay_cache.hpp"

namespace cogos::stages {

/// Finds out which key speaks on paths under /v1 (wire formats §2). On a customer's route it refuses whoever
/// has no admitted key; elsewhere under /v1, and on a request that the transport found faulty, it only
/// identifies, so that the answer can carry the key's receipt. Once the Ed25519 scheme is named there is no
/// falling back.
class AuthenticateGate final : public http::Gate {
 public:
  AuthenticateGate(const keys::Keyring& keyring, keys::FirstUseLog& first_uses, const Clock& clock,
                   ReplayCache& replays, FailedProofs& failed_proofs)
      : keyring_(keyring),
        first_uses_(first_uses),
        clock_(clock),
        replays_(replays),
        failed_proofs_(failed_proofs) {}

  Result<void> pass(http::Exchange& exchange) override;

 private:
  Result<void> identify(http::Exchange& exchange) const;
  Result<void> bearer(http::Exchange& exchange, std::string_view key) const;
  Result<void> signature(http::Exchange& exchange, std::string_view parameters) const;
  Result<void> refuse_replay(http::Exchange& exchange, const proof::RequestSignature& given) const;
  Result<void> admit(http::Exchange& exchange) const;

  const keys::Keyring& keyring_;
  keys::FirstUseLog& first_uses_;
  const Clock& clock_;
  ReplayCache& replays_;
  FailedProofs& failed_proofs_;
};

}  // namespace cogos::stages
