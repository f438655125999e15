#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos {

/// Containers may nest this deep in any JSON that comes from outside.
inline constexpr std::size_t kMaxJsonDepth = 64;

/// The RFC 8785 (JCS) form of a JSON text: members in order of their UTF-16 code units, ECMAScript number
/// spelling, no white space, UTF-8. Refuses what JCS cannot carry: duplicate members, lone surrogates,
/// invalid UTF-8, numbers beyond a double, text after the value, nesting beyond kMaxJsonDepth. O(n log n).
[[nodiscard]] Result<std::string> canonicalize_json(std::string_view text);

}  // namespace cogos
