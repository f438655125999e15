#pragma once

#include <string>
#include <string_view>

namespace cogos::http {

/// RFC 1952, at zlib's highest level; about 40 ms a MiB of text. The same bytes for the same text. Throws
/// std::runtime_error where there is no memory.
[[nodiscard]] std::string gzip(std::string_view text);

/// RFC 7932. At quality 9 of 11: what is compressed while the program starts must not hold it up, and the
/// last two save a twentieth of the bytes for twenty times the time.
[[nodiscard]] std::string brotli(std::string_view text);

}  // namespace cogos::http
