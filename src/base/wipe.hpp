#pragma once

#include <string>

namespace cogos::base {

/// Overwrites every byte that `text` owns, the unused capacity included, and empties it: for what must not
/// stay in freed memory. No compiler takes it away.
void wipe(std::string& text) noexcept;

}  // namespace cogos::base
