#pragma once

#include <string_view>

namespace cogos::base {

/// Whether `text` is well-formed UTF-8 (RFC 3629): no overlong forms, surrogates or values beyond U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace cogos::base
