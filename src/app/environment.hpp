#pragma once

#include <optional>
#include <string>

#include "crypto/secret.hpp"

namespace cogos::app {

/// Looks a variable up. Nothing where it is unset or empty.
[[nodiscard]] std::optional<std::string> environment(const std::string& name);

/// Takes a secret out of the environment: the variable is overwritten in place, so that /proc/self/environ
/// and children do not carry it on. One line end after it is no part of it: a variable filled from a file has
/// one, and no header may hold it. Nothing where that leaves nothing. Call before any thread is started.
[[nodiscard]] std::optional<crypto::SecretText> take_from_environment(const std::string& name);

/// The secret in the variable that the setting names. Throws std::runtime_error where there is none.
[[nodiscard]] crypto::SecretText take_required(const std::string& setting, const std::string& variable);

}  // namespace cogos::app
