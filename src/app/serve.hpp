#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/server_parts.hpp"

namespace cogos::app {

/// `cogos serve`: runs until SIGTERM or SIGINT (drains, records the stop, gives 0), or until the store fails
/// (gives 1). SIGHUP reloads the certificate and the settings. Gives 2 where it could not start, after saying
/// why.
[[nodiscard]] int serve(const cli::ServeOptions& options, const Clock& clock, Random& random);

/// `cogos check-config`: what a start with this file would refuse or warn of.
[[nodiscard]] Result<cli::ConfigReport> check_config(const std::string& config_file, TimePoint now);

}  // namespace cogos::app
