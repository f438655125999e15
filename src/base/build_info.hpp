#pragma once

#include <string_view>

namespace cogos {

/// This build as `<semver>+<commit>`, the `rev` of tokens and rows. Static storage.
[[nodiscard]] std::string_view build_rev() noexcept;

}  // namespace cogos
