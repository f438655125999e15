#pragma once

#include "proof/operator_log.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// Reads one page of all chains' rows in the order in which they were written. Throws StoreError.
[[nodiscard]] proof::UsagePage read_usage(Database& db, const proof::UsageQuery& query);

}  // namespace cogos::store
