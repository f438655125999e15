#pragma once

#include <span>

#include "base/embedded.hpp"

namespace cogos::api {

/// The API's description, `openapi.json`.
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_files() noexcept;

}  // namespace cogos::api
