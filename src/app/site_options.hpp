#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/settings.hpp"
#include "base/time.hpp"
#include "site/options.hpp"

namespace cogos::app {

/// What [site] says, and what of the rest the pages tell, checked. Opens no file. Fails with invalid_request:
/// the first setting that is not good, with the remedy. `now` is for what expires.
[[nodiscard]] Result<site::SiteOptions> site_options(const Settings& settings, TimePoint now);

/// The same with the files that [site] names, and with COGOS_IMAGE_DIGEST from the environment.
[[nodiscard]] Result<site::SiteOptions> load_site_options(
    const Settings& settings,
    const std::function<std::optional<std::string>(const std::string&)>& environment, TimePoint now);

}  // namespace cogos::app
