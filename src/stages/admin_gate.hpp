#pragma once

#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "http/stage.hpp"
#include "stages/failed_proofs.hpp"

namespace cogos::stages {

/// Asks for X-Admin-Key on the operators' routes, and on those only: a path that is no route is the same 404
/// with or without a key. On /metrics alone the key may come as a bearer token instead. Compares digests in
/// constant time, so neither content nor length of the key shows.
class AdminGate final : public http::Gate {
 public:
  /// Keeps a digest only.
  AdminGate(const crypto::SecretText& admin_key, FailedProofs& failed_proofs);

  Result<void> pass(http::Exchange& exchange) override;

 private:
  crypto::Digest expected_;
  FailedProofs& failed_proofs_;
};

}  // namespace cogos::stages
