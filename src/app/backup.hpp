#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"

namespace cogos::app {

/// `cogos backup`: copies the store as it is at one moment, while a server goes on with it, checks the copy
/// by fsck and seals it to the operator's X25519 key in a new file. The copy lies in the data directory
/// meanwhile, if there is room for it beside what the server needs; what killed backups left there is removed
/// first. Fails with unreadable_input where that could not be done, with verification_failed where the store
/// does not hold; no file is left behind then, or the error names it.
[[nodiscard]] Result<cli::BackupReport> backup(const cli::BackupOrder& order, const Clock& clock,
                                               Random& random);

}  // namespace cogos::app
