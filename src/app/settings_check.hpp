#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"
#include "base/time.hpp"

namespace cogos::app {

/// What a start with these settings would refuse, beyond what parse_settings() did, in sentences for the
/// operator. Opens and reaches nothing.
[[nodiscard]] std::vector<std::string> problems_of(const Settings& settings, TimePoint now);

}  // namespace cogos::app
