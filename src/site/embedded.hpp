#pragma once

#include <span>

#include "base/embedded.hpp"

namespace cogos::site {

/// The pages' templates and assets; of each asset also what `gzip` and `brotli` made of it (`.gz`, `.br`).
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_files() noexcept;

}  // namespace cogos::site
