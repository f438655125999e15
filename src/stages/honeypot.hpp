#pragma once

#include <array>
#include <atomic>

#include "base/time.hpp"
#include "http/router.hpp"
#include "http/scanner_path.hpp"
#include "http/stage.hpp"
#include "keys/keyring.hpp"
#include "stages/defence.hpp"

namespace cogos::stages {

/// Recognises what only scanners ask for where the customers' routes are and no route was found: tells the
/// defence, and puts a decoy's route in the place of the missing one. Never refuses. Who proves to hold a
/// probe's bearer key looks whether the decoys stand, and is no scanner: it gets the decoy, and nothing is
/// held against its address. Any other credential changes nothing.
class HoneypotGate final : public http::Gate {
 public:
  using Decoys = std::array<http::Route, http::kScannerPatterns>;

  /// `decoys` by the pattern's number. Not enabled, it recognises nothing. The references must outlive it.
  HoneypotGate(const Decoys& decoys, bool enabled, Defence& defence, const keys::Keyring& keyring,
               const Clock& clock)
      : decoys_(decoys), enabled_(enabled), defence_(defence), keyring_(keyring), clock_(clock) {}

  Result<void> pass(http::Exchange& exchange) override;
  /// In force for every request that comes in after it.
  void enable(bool enabled) noexcept { enabled_ = enabled; }

 private:
  [[nodiscard]] bool is_probe(const http::Exchange& exchange) const;

  const Decoys& decoys_;
  std::atomic<bool> enabled_;
  Defence& defence_;
  const keys::Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace cogos::stages
