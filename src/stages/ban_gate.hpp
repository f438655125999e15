#pragma once

#include "http/stage.hpp"
#include "stages/detector.hpp"

namespace cogos::stages {

/// Refuses whoever is banned, before anything else is looked at: 429 with a Retry-After up to the ban's end.
/// As with PeerLimitGate the body does not count for the receipt, and there is no row.
class BanGate final : public http::Gate {
 public:
  explicit BanGate(const Detector& detector) : detector_(detector) {}

  Result<void> pass(http::Exchange& exchange) override;

 private:
  const Detector& detector_;
};

}  // namespace cogos::stages
