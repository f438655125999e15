#pragma once

#include <optional>
#include <string>

#include "base/random.hpp"
#include "cogos/result.hpp"
#include "crypto/secret.hpp"
#include "keys/dek.hpp"
#include "keys/key_record.hpp"

namespace cogos::keys {

/// What the operator asks for; everything is checked by mint().
struct KeyOrder {
  std::string tenant_id;
  TenantType tenant_type = TenantType::customer;
  std::string app_id = "_default";
  std::string label;
  std::string tier;
  std::string package_id;
  Scheme scheme = Scheme::bearer;
  AuditContent audit_content = AuditContent::digest;
  std::optional<TimePoint> expires_at;
  std::optional<std::string> signing_public_pem;  ///< The customer's own; only for ed25519.
  std::optional<std::string> sealing_public_pem;  ///< The customer's own X25519 key.
};

/// A new key: the record to keep, and the secrets to show once and forget.
struct MintedKey {
  KeyRecord record;
  crypto::SecretText api_key;  ///< Bearer only.
  HmacSecret hmac_secret;
  crypto::SecretText signing_private_pem;  ///< Only where the server made the pair.
  crypto::SecretText sealing_private_pem;  ///< Only where the server made the pair.
};

/// Makes a key to order. Fails with validation_failed and names the member at fault.
[[nodiscard]] Result<MintedKey> mint(const KeyOrder& order, TimePoint now, const Dek& dek, Random& random);

/// `sk-cogos-` and 32 hex digits.
[[nodiscard]] bool looks_like_bearer_key(std::string_view text) noexcept;

/// Random, in the form of a version 4 UUID (RFC 9562 §5.4).
[[nodiscard]] std::string new_uuid(Random& random);

}  // namespace cogos::keys
