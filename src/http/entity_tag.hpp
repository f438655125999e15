#pragma once

#include <string_view>

namespace cogos::http {

/// Whether the field value of If-None-Match (RFC 9110 §13.1.2) has `tag`, which is strong and quoted: `*`, or
/// a list with it, weak or not. What follows something malformed does not count.
[[nodiscard]] bool none_match_names(std::string_view field, std::string_view tag) noexcept;

/// The same for If-Match (RFC 9110 §13.1.1), which a weak tag never satisfies.
[[nodiscard]] bool match_names(std::string_view field, std::string_view tag) noexcept;

}  // namespace cogos::http
