#pragma once

#include <functional>
#include <string_view>

#include "base/json.hpp"
#include "cogos/result.hpp"

namespace cogos::proof {

/// Calls `take` with each row of `text` in order: one JSON array of rows, or answers of GET /v1/audit, one
/// JSON a line. Fails with unreadable_input where the text is neither.
[[nodiscard]] Result<void> for_each_row(std::string_view text, const std::function<void(const Json&)>& take);

}  // namespace cogos::proof
