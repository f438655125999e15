#pragma once

#include "base/json.hpp"
#include "keys/keyring.hpp"
#include "keys/mint.hpp"

namespace cogos::api {

/// Reads the body of POST /admin/keys. Members left out or null take their defaults: the default package,
/// scheme `bearer`, a year until expiry. Fails with validation_failed and names the member.
[[nodiscard]] Result<keys::KeyOrder> read_key_order(const Json& body, const keys::KeyringSnapshot& snapshot,
                                                    TimePoint now);

}  // namespace cogos::api
