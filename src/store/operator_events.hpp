#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace cogos::store {

/// The cores of the newest rows of `_operator` that have `route`, oldest first: at most `most`, found among
/// the chain's last 100,000 rows. About a microsecond for each row looked at.
[[nodiscard]] std::vector<std::string> read_operator_events(Database& db, std::string_view route,
                                                            std::size_t most);

}  // namespace cogos::store
