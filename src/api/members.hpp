#pragma once

#include <string>

#include "base/json.hpp"
#include "cogos/result.hpp"

namespace cogos::api {

/// An invalid_request that names the member at fault, as a path such as `messages[0].content`.
[[nodiscard]] Error invalid(std::string message, std::string param);

/// The member, or null where it is absent or null, which clients use alike, and where `object` is none.
[[nodiscard]] const Json* member(const Json& object, const char* name);

/// `path[i]`.
[[nodiscard]] std::string element(const std::string& path, std::size_t i);

/// True or false; false where it is absent. `path` is the member's own.
[[nodiscard]] Result<bool> read_flag(const Json& object, const char* name, std::string path);

}  // namespace cogos::api
