#pragma once

#include <string>
#include <utility>

#include "cogos/result.hpp"

namespace cogos::app {

/// A setting that cannot be: whoever wrote it reads `message`.
[[nodiscard]] inline Error invalid(std::string message) {
  return {ErrorCode::invalid_request, std::move(message)};
}

/// What a command was given and cannot use, and so changes nothing.
[[nodiscard]] inline Error unusable(std::string why) {
  return {ErrorCode::unreadable_input, std::move(why)};
}

}  // namespace cogos::app
