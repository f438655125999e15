#pragma once

#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "http/stage.hpp"

namespace cogos::stages {

/// Asks for X-Admin-Key on the operators' routes, and on those only: a path that is no route is the same 404
/// with or without a key. Compares digests in constant time, so neither content nor length of the key shows.
class AdminGate final : public http::Gate {
 public:
  /// Keeps a digest only.
  explicit AdminGate(const crypto::SecretText& admin_key);

  Result<void> pass(http::Exchange& exchange) override;

 private:
  crypto::Digest expected_;
};

}  // namespace cogos::stages
