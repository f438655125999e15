#pragma once

#include "cli/context.hpp"

namespace cogos::cli {

/// Asks this machine's own server whether it is alive and can record calls, for a container's health check.
/// Prints nothing where it is. The program's exit code.
[[nodiscard]] int probe_self(const OwnServer& own, CommandContext& context);

}  // namespace cogos::cli
