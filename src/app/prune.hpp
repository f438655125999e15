#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"

namespace cogos::app {

/// `cogos prune`: opens the store for itself, records an attestation key of its own for this run as a
/// server's start does, erases chain by chain, records the end. Where there is nothing to erase it writes
/// nothing. May be cut off at any moment and run again. Fails with unreadable_input where there is no store,
/// it is in use, the order cannot be, or the disk fails; with verification_failed at a row that was tampered
/// with.
[[nodiscard]] Result<cli::PruneReport> prune(const cli::PruneOrder& order, const Clock& clock,
                                             Random& random);

}  // namespace cogos::app
