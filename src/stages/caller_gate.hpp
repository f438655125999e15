#pragma once

#include "http/stage.hpp"

namespace cogos::stages {

/// Keeps each kind of key to its routes (http::Callers): a probe's key reports what it found and sees itself,
/// a customer's does all else. Refuses with forbidden; a POST so refused has its row as any other.
class CallerGate final : public http::Gate {
 public:
  Result<void> pass(http::Exchange& exchange) override;
};

}  // namespace cogos::stages
