#include "keys/key_record.hpp"

namespace cogos::keys {

std::string_view to_text(Scheme scheme) noexcept {
  return scheme == Scheme::bearer ? "bearer" : "ed25519";
}

std::string_view to_text(AuditContent content) noexcept {
  return content == AuditContent::digest ? "digest" : "full";
}

std::string_view to_text(TenantType type) noexcept {
  return type == TenantType::customer ? "customer" : "probe";
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

std::optional<TenantType> tenant_type_from(std::string_view text) noexcept {
  if (text == "customer") return TenantType::customer;
  if (text == "probe") return TenantType::probe;
  return std::nullopt;
}

bool is_used(const KeyRecord& key) noexcept {
  return !key.first_use || key.first_use->used();
}

Standing standing(const KeyRecord& key, TimePoint now) noexcept {
  if (key.revoked_at) return Standing::revoked;
  if (key.quarantined_at) return Standing::quarantined;
  if (key.suspended_at) return Standing::suspended;
  if (key.expires_at && now >= *key.expires_at) return Standing::expired;
  if (!key.rotation_grace_until) return Standing::active;
  return now < *key.rotation_grace_until ? Standing::grace : Standing::rotated_out;
}

Error refusal(Standing standing) {
  switch (standing) {
    case Standing::quarantined:
      return {ErrorCode::key_quarantined,
              "this key was quarantined because it may have leaked; ask the operator to review it"};
    case Standing::suspended:
      return {ErrorCode::expired_api_key,
              "this key is suspended because its subscription is not paid; it works again once it is"};
    case Standing::rotated_out:
      return {ErrorCode::expired_api_key, "this key was rotated and its grace is over; use the new key"};
    case Standing::expired:
      return {ErrorCode::expired_api_key, "this key has expired; ask the operator for a new one"};
    case Standing::revoked:
    case Standing::active:
    case Standing::grace:
      break;
  }
  return {ErrorCode::invalid_api_key,
          "the API key or signature is not valid; check that it is complete and current"};
}

}  // namespace cogos::keys
