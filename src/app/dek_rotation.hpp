#pragma once

#include "app/secret_source.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"

namespace cogos::app {

/// `cogos dek rotate`: opens all that rests under the present DEK (COGOS_DEK_HEX or COGOS_DEK_FILE) and seals
/// it under the new one (COGOS_NEW_DEK_HEX or COGOS_NEW_DEK_FILE), in one transaction with its `_operator`
/// row. Fails with unreadable_input where that could not be done; the error says where it is done all the
/// same, or may be.
[[nodiscard]] Result<cli::DekReport> rotate_dek(const cli::DekOrder& order, const SecretSources& sources,
                                                const Clock& clock, Random& random);

}  // namespace cogos::app
