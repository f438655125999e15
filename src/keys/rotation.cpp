#include "keys/rotation.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace cogos::keys {
namespace {

/// The newest key that came from a rotation of `key_id`; null where there is none.
KeyringSnapshot::Key successor(const KeyringSnapshot& snapshot, std::string_view key_id) {
  const auto& all = snapshot.keys();
  const auto found = std::find_if(all.rbegin(), all.rend(), [key_id](const KeyringSnapshot::Key& key) {
    return key->rotated_from_key_id == key_id;
  });
  return found == all.rend() ? nullptr : *found;
}

KeyringSnapshot::Key granted_to(const KeyringSnapshot& snapshot, const ByteArray<32>& request) {
  const auto& all = snapshot.keys();
  const auto found = std::find_if(all.begin(), all.end(), [&request](const KeyringSnapshot::Key& key) {
    return key->rotation_request == request;
  });
  return found == all.end() ? nullptr : *found;
}

Result<void> check_rate(const KeyringSnapshot& snapshot, std::string_view tenant_id, TimePoint now) {
  constexpr std::chrono::hours kWindow{24};
  std::size_t issued = 0;
  std::size_t rotated = 0;
  TimePoint oldest = now;
  for (const KeyringSnapshot::Key& key : snapshot.keys()) {
    if (key->tenant_id != tenant_id) continue;
    if (!key->rotated_from_key_id) {
      ++issued;
    } else if (key->issued_at > now - kWindow) {
      ++rotated;
      oldest = std::min(oldest, key->issued_at);
    }
  }
  if (rotated < kMostRotations * issued) return {};
  const auto wait = std::chrono::ceil<std::chrono::seconds>(oldest + kWindow - now);
  return Error(ErrorCode::rate_limit_exceeded, "this tenant's keys were rotated too often within 24 hours")
      .with_retry_after(static_cast<std::uint32_t>(wait.count()));
}

}  // namespace

ByteArray<32> rotation_request(std::string_view old_key_id, std::string_view idempotency_key) {
  std::string text("cogos/rotation/v1\n");
  text.append(old_key_id).append("\n").append(idempotency_key);
  return crypto::sha256(as_bytes(text));
}

Result<RotationChange> plan_rotation(const KeyringSnapshot& snapshot, const KeyRecord& old,
                                     const std::optional<ByteArray<32>>& request, TimePoint now) {
  const Standing standing = keys::standing(old, now);
  if (!is_admitted(standing)) return refusal(standing);
  if (const auto done = request ? granted_to(snapshot, *request) : nullptr) {
    return Error(ErrorCode::rotation_already_done,
                 "this rotation was done before, and its answer is not kept any more; if it never arrived, "
                 "rotate again with another Idempotency-Key")
        .with_fact("new_key_id", done->key_id);
  }
  RotationChange change;
  change.at = now;
  change.replaced = successor(snapshot, old.key_id);
  if (change.replaced && is_used(*change.replaced)) {
    return Error(ErrorCode::conflict, "this key was rotated, and its new key is in use; rotate that one")
        .with_fact("new_key_id", change.replaced->key_id);
  }
  if (const auto allowed = check_rate(snapshot, old.tenant_id, now); !allowed) return allowed.error();
  change.grace_until = old.rotation_grace_until.value_or(now + kRotationGrace);
  if (old.expires_at) change.grace_until = std::min(change.grace_until, *old.expires_at);
  return change;
}

KeyOrder order_like(const KeyRecord& old) {
  KeyOrder order;
  order.tenant_id = old.tenant_id;
  order.tenant_type = old.tenant_type;
  order.app_id = old.app_id;
  order.label = old.label;
  order.tier = old.tier;
  order.package_id = old.package_id;
  order.scheme = old.scheme;
  order.audit_content = old.audit_content;
  order.expires_at = old.expires_at;
  order.sealing_public_pem = old.sealing_key->pem();
  return order;
}

}  // namespace cogos::keys
