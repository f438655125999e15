#pragma once

#include <string_view>

#include "base/json.hpp"

namespace cogos::test {

/// tests/vectors/<name>.json, read leniently (the files themselves are trusted). Throws where it cannot be
/// read.
[[nodiscard]] Json load_vectors(std::string_view name);

}  // namespace cogos::test
