#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "cogos/result.hpp"
#include "crypto/secret.hpp"

namespace cogos::app {

/// Reads a small secret from a file, without its trailing line break. Nothing where there is no such file;
/// fails with unreadable_input where it is there and cannot be read, or is over 64 KiB.
[[nodiscard]] Result<std::optional<crypto::SecretText>> read_private_file(const std::filesystem::path& path);

/// Makes a new file with mode 0600 and syncs it. Fails with unreadable_input, also where it exists already.
[[nodiscard]] Result<void> write_private_file(const std::filesystem::path& path, std::string_view contents);

}  // namespace cogos::app
