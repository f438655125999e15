#pragma once

#include <string>
#include <string_view>

#include "cli/context.hpp"
#include "cli/inputs.hpp"

namespace cogos::cli {

/// Whether `text` consists of the printable characters of ASCII but the space.
[[nodiscard]] bool is_visible_ascii(std::string_view text) noexcept;

/// What is never an argument, since others could read it there: the one word in `file` or, where that is
/// empty, in the environment's `variable`; empty where neither is given. `what` names it in messages. Fails
/// with unreadable_input, also where it holds what a header's value may not.
[[nodiscard]] Result<crypto::SecretText> read_credential(const std::string& file, const std::string& variable,
                                                         std::string_view what, const CommandContext& context,
                                                         Inputs& inputs);

}  // namespace cogos::cli
