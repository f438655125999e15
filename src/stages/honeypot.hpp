#pragma once

#include <array>
#include <atomic>

#include "http/router.hpp"
#include "http/scanner_path.hpp"
#include "http/stage.hpp"
#include "stages/defence.hpp"

namespace cogos::stages {

/// Recognises what only scanners ask for where the customers' routes are and no route was found: tells the
/// defence, and puts a decoy's route in the place of the missing one. Never refuses.
class HoneypotGate final : public http::Gate {
 public:
  using Decoys = std::array<http::Route, http::kScannerPatterns>;

  /// `decoys` by the pattern's number. Not enabled, it recognises nothing. The references must outlive it.
  HoneypotGate(const Decoys& decoys, bool enabled, Defence& defence)
      : decoys_(decoys), enabled_(enabled), defence_(defence) {}

  Result<void> pass(http::Exchange& exchange) override;
  /// In force for every request that comes in after it.
  void enable(bool enabled) noexcept { enabled_ = enabled; }

 private:
  const Decoys& decoys_;
  std::atomic<bool> enabled_;
  Defence& defence_;
};

}  // namespace cogos::stages
