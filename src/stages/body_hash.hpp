#pragma once

#include <memory>

#include "http/stage.hpp"

namespace cogos::stages {

/// SHA-256 for the pipeline.
[[nodiscard]] std::unique_ptr<http::BodyHash> sha256_body_hash();

}  // namespace cogos::stages
