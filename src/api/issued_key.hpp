#pragma once

#include <string_view>

#include "http/message.hpp"
#include "keys/mint.hpp"

namespace cogos::api {

/// The 201 that shows a new key's secrets, once: its body is marked to be wiped after sending, and the
/// secrets are copied into it alone.
[[nodiscard]] http::Response issued_key_response(const keys::MintedKey& minted,
                                                 std::string_view chain_head_after);

}  // namespace cogos::api
