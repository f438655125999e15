#pragma once

#include <string_view>

#include "http/scanner_path.hpp"

namespace cogos::api {

/// What a scanner is told that it has found.
struct DecoyBody {
  std::string_view content_type;
  std::string_view body;
};

/// The decoy for a path in the form of http::normalized_path(). Every secret in it has the word CANARY where
/// a real one could not, and opens nothing anywhere. The bodies are part of the program: no file is ever
/// read.
[[nodiscard]] DecoyBody decoy_body(http::ScannerPattern pattern, std::string_view normalized_path) noexcept;

}  // namespace cogos::api
