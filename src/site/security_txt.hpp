#pragma once

#include <string>

#include "site/options.hpp"

namespace cogos::site {

/// The text of /.well-known/security.txt (RFC 9116). Needs security_contact and security_expires.
[[nodiscard]] std::string security_txt(const SiteOptions& options);

}  // namespace cogos::site
