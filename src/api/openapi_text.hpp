#pragma once

#include <string_view>

namespace cogos::api {

/// The text of src/api/openapi.json, put into the binary by the build.
[[nodiscard]] std::string_view openapi_text() noexcept;

}  // namespace cogos::api
