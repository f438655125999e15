#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cogos::http {

/// What scanners ask every server for, and no client of this one does.
enum class ScannerPattern : std::uint8_t {
  dot_env,
  version_control,
  cloud_credentials,
  wordpress,
  database_admin,
  database_dump,
  server_status,
  actuator,
  phpinfo,
  unknown_api_version,
};
inline constexpr std::size_t kScannerPatterns = 10;

/// `dot_env` and so on: as rows, the log and the operators see it.
[[nodiscard]] std::string_view to_text(ScannerPattern pattern) noexcept;

/// The path as a careless server would read it: percent-decoded until nothing is left to decode (three rounds
/// at most), lower-cased, backslashes as slashes, each segment cut at `;`, `?`, `#` and NUL, without empty
/// and dot segments. Starts with `/`; has no slash at its end but for the root's.
[[nodiscard]] std::string normalized_path(std::string_view path);

/// The pattern that a request's path, without its query, fits in any of its spellings. Never one for what is
/// under /v1 or /admin, however it is spelt, nor for a path of more than 1,024 bytes. Costs about a
/// microsecond; pure.
[[nodiscard]] std::optional<ScannerPattern> scanner_pattern(std::string_view path);

}  // namespace cogos::http
