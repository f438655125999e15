#pragma once

#include <string_view>

namespace cogos::net {

/// Whether all that has arrived of a chunked body is the line of its last chunk. It must wait for what
/// follows: given it alone, and then one more byte, Boost.Beast 1.81 asserts that it was given two.
[[nodiscard]] constexpr bool is_bare_last_chunk(std::string_view body) noexcept {
  return body == "0\r\n";
}

}  // namespace cogos::net
