#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::net {

/// Whether prompts may go to `url`: its host is a loopback address (127/8, ::1, `localhost`), a private one
/// (10/8, 172.16/12, 192.168/16, fc00::/7), or spelt exactly as in `first_party_hosts` (without regard to
/// ASCII case; no port). Everything else is refused with invalid_request and a message that says what to set:
/// other names, link-local and IPv4-mapped addresses, userinfo, and unusual spellings of IPv4 addresses,
/// which resolvers read differently.
[[nodiscard]] Result<void> check_first_party(std::string_view url,
                                             std::span<const std::string> first_party_hosts);

}  // namespace cogos::net
