#pragma once

#include <optional>
#include <string>

#include "crypto/secret.hpp"

namespace cogos::app {

/// Looks a variable up. Nothing where it is unset or empty.
[[nodiscard]] std::optional<std::string> environment(const std::string& name);

/// Takes a secret out of the environment: the variable is overwritten in place, so that /proc/self/environ
/// and children do not carry it on. Call before any thread is started.
[[nodiscard]] std::optional<crypto::SecretText> take_from_environment(const std::string& name);

}  // namespace cogos::app
