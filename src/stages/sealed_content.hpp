#pragma once

#include <string>

#include "http/exchange.hpp"

namespace cogos::stages {

/// What of a call only its customer may read (wire formats §5), in canonical JSON: identifiers and hashes,
/// and with `audit_content: "full"` both bodies, but never those of a rotation, which hold secrets. A request
/// body that is not UTF-8 goes in as `request_b64`. Needs the principal, response_sha256 and completed_at.
[[nodiscard]] std::string sealed_content(const http::Exchange& exchange);

}  // namespace cogos::stages
