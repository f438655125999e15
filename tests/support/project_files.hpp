#pragma once

#include <filesystem>

namespace cogos::test {

/// The top of the checkout that the tests were built from.
[[nodiscard]] std::filesystem::path project_dir();

}  // namespace cogos::test
