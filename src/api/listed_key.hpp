#pragma once

#include "base/json.hpp"
#include "keys/key_record.hpp"

namespace cogos::api {

/// A key as operators see it: metadata only, no hash, no secret, no envelope.
[[nodiscard]] Json listed_key(const keys::KeyRecord& key, TimePoint now);

}  // namespace cogos::api
