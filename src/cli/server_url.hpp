#pragma once

#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::cli {

/// `https://host[:port]` without a slash after it. `what` names the URL in messages, `why_tls` says why it
/// must be https. Fails with unreadable_input.
[[nodiscard]] Result<std::string> https_origin(std::string url, std::string_view what,
                                               std::string_view why_tls);

}  // namespace cogos::cli
