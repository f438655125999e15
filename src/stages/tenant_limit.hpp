#pragma once

#include "http/stage.hpp"
#include "keys/keyring.hpp"
#include "stages/token_buckets.hpp"

namespace cogos::stages {

/// Bounds how often one tenant may ask under /v1, by the `rpm_limit` of the speaking key's package. All keys
/// of a tenant draw from one bucket; where they are of several packages, each draw takes its own package's
/// share of it. A package without a limit draws nothing. The limit is the one of the moment, so a change of
/// the package is in force with the next request.
///
/// Stands after the authenticate gate, since only then the tenant is known, and before everything that costs:
/// a refused request has its body not parsed, makes no row and reaches no engine. Costs one hash of the
/// tenant's name and one look-up under a sharded lock.
class TenantLimitGate final : public http::Gate {
 public:
  TenantLimitGate(const keys::Keyring& keyring, TokenBuckets& buckets)
      : keyring_(keyring), buckets_(buckets) {}

  Result<void> pass(http::Exchange& exchange) override;

 private:
  const keys::Keyring& keyring_;
  TokenBuckets& buckets_;
};

}  // namespace cogos::stages
