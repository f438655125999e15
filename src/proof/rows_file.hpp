#pragma once

#include <functional>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::proof {

/// Calls `take` with the JSON text of each row in `text`, in order: one array of rows, or answers of
/// GET /v1/audit as received, one JSON a line. The rows are cut out where they stand; what is in them is not
/// looked at, except that all around them is strict JSON. Fails with unreadable_input where the text is of
/// neither form; then some rows may have been taken already.
[[nodiscard]] Result<void> for_each_row(std::string_view text,
                                        const std::function<void(std::string_view)>& take);

}  // namespace cogos::proof
