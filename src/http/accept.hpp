#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/headers.hpp"

namespace cogos::http {

/// How a body is coded on its way (RFC 9110 §8.4.1).
enum class Coding : std::uint8_t { identity, gzip, brotli };

/// The coding to answer with where a body exists in all three, by Accept-Encoding (RFC 9110 §12.5.3): the one
/// that the client prefers, and of those that it likes equally the smallest. Without the header the body goes
/// as it is; nothing where the client takes none of the three. Elements that are malformed do not count.
[[nodiscard]] std::optional<Coding> choose_coding(const Headers& headers);

/// Whether the body may go as it is.
[[nodiscard]] bool takes_identity(const Headers& headers);

/// Whether Accept (RFC 9110 §12.5.1) prefers HTML to JSON, as browsers say when they open a page. Programs
/// that take anything, or say nothing, do not.
[[nodiscard]] bool prefers_html(const Headers& headers);

}  // namespace cogos::http
