#pragma once

#include <cstddef>
#include <string>

#include "cogos/result.hpp"

namespace cogos::app {

/// The text of a file that holds no secret. `what` names it in messages. Fails with unreadable_input where it
/// cannot be read or has more than `max` bytes.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path, const std::string& what,
                                                 std::size_t max);

}  // namespace cogos::app
