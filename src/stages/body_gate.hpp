#pragma once

#include "http/stage.hpp"

namespace cogos::stages {

/// Refuses a body that is not declared as what the route takes, JSON or a form (415); `charset=utf-8` may
/// follow. And one that is larger than this route takes (413), which
/// counts as unread.
class BodyGate final : public http::Gate {
 public:
  Result<void> pass(http::Exchange& exchange) override;
};

}  // namespace cogos::stages
