#pragma once

#include <string_view>

namespace cogos::base {

/// Writes all of it to a descriptor, in as many calls as that takes, also where signals interrupt them. Gives
/// 0, or the errno of the call that failed; a part may be written then.
[[nodiscard]] int write_all(int descriptor, std::string_view bytes) noexcept;

}  // namespace cogos::base
