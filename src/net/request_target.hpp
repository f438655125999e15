#pragma once

#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::net {

/// The path with its query, byte for byte as sent, of a request-target in origin-form, in absolute-form with
/// http or https (RFC 9112 §3.2), or `*` with OPTIONS. Fails with malformed_http.
[[nodiscard]] Result<std::string> path_with_query(std::string_view method, std::string_view target);

/// Whether `value` can be a Host field's (RFC 9110 §7.2), by its characters; may be empty.
[[nodiscard]] bool is_host_value(std::string_view value) noexcept;

}  // namespace cogos::net
