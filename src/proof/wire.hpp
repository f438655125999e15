#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cogos::proof {

/// `prev_hash` of a first row and `chain_head` where there is no chain: 64 zeros.
inline const std::string kNoHash(64, '0');

/// First 16 hex digits of SHA-256: the kid of a public key's PEM or raw bytes.
[[nodiscard]] std::string short_kid(std::string_view bytes);

/// `METHOD \n path-with-query \n ts \n body hash`: what req_hash covers and a request signature starts with.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view path, std::int64_t ts,
                                       std::string_view body_sha256_hex);

/// tenant_id and app_id: `[a-z0-9][a-z0-9_-]{0,63}`, or `_default`.
[[nodiscard]] bool is_name(std::string_view text) noexcept;
[[nodiscard]] bool is_app_name(std::string_view text) noexcept;
/// The same for a name that may be one of the system's own too, such as `_operator`.
[[nodiscard]] bool is_any_name(std::string_view text) noexcept;

}  // namespace cogos::proof
