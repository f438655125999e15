#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"
#include "site/options.hpp"

namespace cogos::app {

/// Reads `[[advisory]]` tables with the strings `id`, `published` (YYYY-MM-DD), `severity` (low, medium, high
/// or critical), `summary` and, where somebody is to be named, `credit`. The newest comes first. `source`
/// names the text in messages. Fails with invalid_request and the line.
[[nodiscard]] Result<std::vector<site::Advisory>> parse_advisories(std::string_view text,
                                                                   const std::string& source);

/// The same for a file of at most 1 MiB. Fails with unreadable_input where it cannot be read.
[[nodiscard]] Result<std::vector<site::Advisory>> load_advisories(const std::string& path);

}  // namespace cogos::app
