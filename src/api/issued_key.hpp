#pragma once

#include <optional>
#include <string_view>

#include "http/message.hpp"
#include "keys/mint.hpp"

namespace cogos::api {

/// The 201 that shows a new key's secrets: its body is marked to be wiped after sending, and the secrets are
/// copied into it alone. `grace_until` goes with a key that came from a rotation.
[[nodiscard]] http::Response issued_key_response(const keys::MintedKey& minted,
                                                 std::string_view chain_head_after,
                                                 std::optional<TimePoint> grace_until = std::nullopt);

/// An empty 201 of that kind, with room for every member of the largest answer, so that no half-built copy
/// is left behind by a reallocation.
[[nodiscard]] http::Response secret_response();

}  // namespace cogos::api
