#include "keys/key_record.hpp"

namespace cogos::keys {

std::string_view to_text(Scheme scheme) noexcept {
  return scheme == Scheme::bearer ? "bearer" : "ed25519";
}

std::string_view to_text(AuditContent content) noexcept {
  return content == AuditContent::digest ? "digest" : "full";
}

std::optional<Scheme> scheme_from(std::string_view text) noexcept {
  if (text == "bearer") return Scheme::bearer;
  if (text == "ed25519") return Scheme::ed25519;
  return std::nullopt;
}

std::optional<AuditContent> audit_content_from(std::string_view text) noexcept {
  if (text == "digest") return AuditContent::digest;
  if (text == "full") return AuditContent::full;
  return std::nullopt;
}

Standing standing(const KeyRecord& key, TimePoint now) noexcept {
  if (key.revoked_at) return Standing::revoked;
  if (key.quarantined_at) return Standing::quarantined;
  if (key.expires_at && now >= *key.expires_at) return Standing::expired;
  if (!key.rotation_grace_until) return Standing::active;
  return now < *key.rotation_grace_until ? Standing::grace : Standing::rotated_out;
}

}  // namespace cogos::keys
