#pragma once

#include <optional>
#include <string>

#include "cogos/result.hpp"
#include "http/headers.hpp"

namespace cogos::http {

/// By which a client says that two requests are the same one: the field Idempotency-Key, 1 to 255 visible
/// ASCII characters. Nothing where it is absent; fails with invalid_request where it is there twice or
/// otherwise.
[[nodiscard]] Result<std::optional<std::string>> read_idempotency_key(const Headers& headers);

}  // namespace cogos::http
