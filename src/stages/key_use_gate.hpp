#pragma once

#include "http/router.hpp"
#include "http/stage.hpp"
#include "keys/quarantine.hpp"
#include "stages/defence.hpp"

namespace cogos::stages {

/// Tells the defence of each key that was let in. Where that shows that the key is in a scanner's hands, the
/// key does not speak: the answer is the 401 of a quarantined key, with its receipts, once the quarantine is
/// on disk.
class KeyUseGate final : public http::Gate {
 public:
  /// The references must outlive it.
  KeyUseGate(Defence& defence, keys::Quarantine& quarantine);

  Result<void> pass(http::Exchange& exchange) override;

 private:
  Defence& defence_;
  http::Route refusal_;  ///< In the place of the route that the key may not have.
};

}  // namespace cogos::stages
