#include "api/listed_key.hpp"

#include "api/json_io.hpp"

namespace cogos::api {

Json listed_key(const keys::KeyRecord& key, TimePoint now) {
  return {{"key_id", key.key_id},
          {"tenant_id", key.tenant_id},
          {"tenant_type", keys::to_text(key.tenant_type)},
          {"app_id", key.app_id},
          {"label", key.label},
          {"tier", key.tier},
          {"package_id", key.package_id},
          {"scheme", keys::to_text(key.scheme)},
          {"audit_content", keys::to_text(key.audit_content)},
          {"issued_at", to_rfc3339(key.issued_at)},
          {"expires_at", time_or_null(key.expires_at)},
          {"revoked_at", time_or_null(key.revoked_at)},
          {"quarantined_at", time_or_null(key.quarantined_at)},
          {"suspended_at", time_or_null(key.suspended_at)},
          {"rotated_from_key_id", key.rotated_from_key_id ? Json(*key.rotated_from_key_id) : Json(nullptr)},
          {"rotation_grace_until", time_or_null(key.rotation_grace_until)},
          {"active", keys::is_admitted(keys::standing(key, now))}};
}

}  // namespace cogos::api
