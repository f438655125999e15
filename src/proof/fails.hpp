#pragma once

#include <string>
#include <utility>

#include "cogos/result.hpp"

namespace cogos {

/// What does not hold: a receipt, a row, an envelope. `why` is for whoever checks it.
[[nodiscard]] inline Error fails(std::string why) {
  return {ErrorCode::verification_failed, std::move(why)};
}

}  // namespace cogos
