#pragma once

#include <optional>
#include <string>

#include "crypto/x25519.hpp"

namespace cogos::app {

/// The key that `_operator` rows are sealed to, from the file that operator.sealing_key_file names; nothing
/// where the setting is empty. Throws std::runtime_error with a sentence for the operator.
[[nodiscard]] std::optional<crypto::X25519PublicKey> read_operator_sealing_key(const std::string& path);

}  // namespace cogos::app
