#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"

namespace cogos::app {

/// `cogos restore`: opens a backup, checks it by fsck, records the restoring in its `_operator` chain, and
/// puts it in the place of what is in the data directory, which is moved aside and not deleted. Fails with
/// verification_failed where the backup does not open or hold, or where the present store has rows that the
/// backup has not and `force` is not set; with unreadable_input where it could not be done. Until the one
/// rename at the end nothing has changed.
[[nodiscard]] Result<cli::RestoreReport> restore(const cli::RestoreOrder& order, const Clock& clock,
                                                 Random& random);

}  // namespace cogos::app
