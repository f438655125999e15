#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"
#include "crypto/x25519.hpp"

namespace cogos::app {

/// `cogos restore`: opens a backup with its recipient's key, takes it to this build's schema, checks it by
/// fsck, records the restoring in its `_operator` chain, and puts it in the place of what is in the data
/// directory, which is moved aside and not deleted. Fails with verification_failed where the backup does not
/// open or hold, or where the present store has rows that the backup has not and `force` is not set; with
/// unreadable_input where it could not be done. Until the one rename at the end nothing has changed; an error
/// after it says that the store was replaced. What the present store has is unknown where it cannot be read.
[[nodiscard]] Result<cli::RestoreReport> restore(const cli::RestoreOrder& order,
                                                 const crypto::X25519PrivateKey& key, const Clock& clock,
                                                 Random& random);

}  // namespace cogos::app
