#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/stage.hpp"

namespace cogos::stages {

/// SHA-256 for the pipeline, in hex: of a whole body, and of one in pieces.
[[nodiscard]] std::string sha256_of_body(std::string_view body);
[[nodiscard]] std::unique_ptr<http::BodyHash> sha256_body_hash();

}  // namespace cogos::stages
