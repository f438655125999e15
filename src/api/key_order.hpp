#pragma once

#include "base/json.hpp"
#include "keys/keyring.hpp"
#include "keys/mint.hpp"

namespace cogos::api {

/// Reads the body of POST /admin/keys. Members left out or null take their defaults: the default package,
/// scheme `bearer`, a year until expiry. Fails with validation_failed and names the member.
[[nodiscard]] Result<keys::KeyOrder> read_key_order(const Json& body, const keys::KeyringSnapshot& snapshot,
                                                    TimePoint now);

/// Reads the body of POST /v1/keys/rotate by `old` into the order for the new key: `pubkey_pem` and
/// `x25519_pubkey_pem` are the customer's own, all else is as the old key has it. Fails as above.
[[nodiscard]] Result<keys::KeyOrder> read_rotation_order(const Json& body, const keys::KeyRecord& old);

}  // namespace cogos::api
