#pragma once

#include "http/stage.hpp"

namespace cogos::stages {

/// Refuses a body that is not declared as JSON where the route takes JSON (415). `charset=utf-8` may follow.
class JsonBodyGate final : public http::Gate {
 public:
  Result<void> pass(http::Exchange& exchange) override;
};

}  // namespace cogos::stages
