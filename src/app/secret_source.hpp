#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::app {

/// How a process is given what is not in its settings.
struct SecretSources {
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::function<std::optional<crypto::SecretText>(const std::string&)> take_secret;
};

/// The secret in `variable`, or in the file that `file_variable` names; empty where neither is set. Not
/// looked at any closer. Fails where the file is missing, empty or cannot be read.
[[nodiscard]] Result<crypto::SecretText> find_secret(const SecretSources& sources,
                                                     const std::string& variable,
                                                     const std::string& file_variable);

/// The same for the 64 hex characters of `<name>_HEX` or `<name>_FILE`.
[[nodiscard]] Result<crypto::SecretText> find_dek(const SecretSources& sources, const std::string& name);

}  // namespace cogos::app
