#pragma once

#include <vector>

#include "keys/usage_ledger.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// What the rows of the UTC month that the newest charged row lies in are charged. Reads one index, an entry
/// a charged row. Throws StoreError.
[[nodiscard]] std::vector<keys::ChargedDay> read_charged_month(Database& db);

}  // namespace cogos::store
