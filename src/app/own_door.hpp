#pragma once

#include <functional>

#include "app/settings.hpp"
#include "cli/server_parts.hpp"

namespace cogos::app {

/// Where a server with these settings can be asked over loopback: its TLS listener, else the operators', else
/// the plaintext one where that trusts this machine. Fails with a sentence for the operator.
[[nodiscard]] Result<cli::OwnDoor> own_door(const Settings& settings);

/// The same for what `serve` would take: flag over environment over file, and without an address anywhere the
/// one of development mode.
[[nodiscard]] Result<cli::OwnDoor> find_own_door(
    const cli::OwnServer& own,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace cogos::app
