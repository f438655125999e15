#pragma once

#include <string_view>

#include "cogos/result.hpp"

namespace cogos::app {

/// No core file is written of this process, and no other process of its user can trace it or read its memory;
/// only root can. To be called before a secret is read. Takes effect in every build but those with a
/// sanitizer, whose own checks look into the process. Throws std::system_error where the kernel refuses.
void forbid_dumps();

/// Gives up what a server does not need: from now on, and without a way back, the calling thread and all that
/// it starts gain no privilege by starting a program, and of the kernel's calls they have those of a fixed
/// list alone, which starts no program at all. So it is to be called while there is one thread.
///
/// `others` is what becomes of any other call: `kill` (SIGSYS ends the process), `log` (the kernel's log
/// names it, and it takes place) or `off` (no list). Fails with internal where the kernel takes no filter;
/// the process is then not confined and must not go on.
///
/// A build with a sanitizer has no list, since a sanitizer calls for more: is_confinable() says so.
[[nodiscard]] Result<void> confine(std::string_view others);

[[nodiscard]] bool is_confinable() noexcept;

}  // namespace cogos::app
