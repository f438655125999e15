#pragma once

#include "http/stage.hpp"
#include "keys/keyring.hpp"
#include "keys/usage_ledger.hpp"

namespace cogos::stages {

/// Reserves one request of the tenant's quotas on routes that are metered, and refuses where there is none
/// (429 quota_exceeded, daily_quota_exceeded). The place stays with the exchange until the recorder settles
/// it, and is given back by whatever else ends the exchange.
///
/// The last gate: what any other one refuses takes no place. Costs one look-up under a sharded lock and one
/// allocation.
class QuotaGate final : public http::Gate {
 public:
  QuotaGate(const keys::Keyring& keyring, keys::UsageLedger& ledger, const Clock& clock)
      : keyring_(keyring), ledger_(ledger), clock_(clock) {}

  Result<void> pass(http::Exchange& exchange) override;

 private:
  const keys::Keyring& keyring_;
  keys::UsageLedger& ledger_;
  const Clock& clock_;
};

}  // namespace cogos::stages
