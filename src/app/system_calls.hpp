#pragma once

#include "cogos/result.hpp"

namespace cogos::app {

/// Loads a seccomp filter (seccomp(2)) into the kernel for the calling thread and those that it starts: the
/// calls that a server makes once it has read its settings. The kernel kills the process at any other, or,
/// with `log_only`, writes it to its log and goes on. Cannot be undone, only narrowed. Fails with internal
/// where the kernel refuses.
[[nodiscard]] Result<void> allow_listed_system_calls(bool log_only);

}  // namespace cogos::app
