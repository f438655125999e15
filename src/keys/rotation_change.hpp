#pragma once

#include <memory>

#include "keys/key_record.hpp"

namespace cogos::keys {

/// What one rotation changes, all at once or not at all.
struct RotationChange {
  TimePoint at;
  TimePoint grace_until;  ///< Of the old key, whose id is fresh.rotated_from_key_id.
  KeyRecord fresh;
  /// The new key of the old key's last rotation, which was never used and is revoked; null where this is the
  /// first one.
  std::shared_ptr<const KeyRecord> replaced;
};

}  // namespace cogos::keys
