#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "cogos/result.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"
#include "keys/first_use.hpp"
#include "keys/quarantine_evidence.hpp"
#include "proof/audit_row.hpp"

namespace cogos::keys {

enum class Scheme : std::uint8_t { bearer, ed25519 };
enum class AuditContent : std::uint8_t { digest, full };
/// Who holds a key: a customer, or a prober of the operator's, whose keys report what it found and do no
/// more.
enum class TenantType : std::uint8_t { customer, probe };

[[nodiscard]] std::string_view to_text(Scheme scheme) noexcept;
[[nodiscard]] std::string_view to_text(AuditContent content) noexcept;
[[nodiscard]] std::string_view to_text(TenantType type) noexcept;
[[nodiscard]] std::optional<Scheme> scheme_from(std::string_view text) noexcept;
[[nodiscard]] std::optional<AuditContent> audit_content_from(std::string_view text) noexcept;
[[nodiscard]] std::optional<TenantType> tenant_type_from(std::string_view text) noexcept;

/// An HMAC secret as it rests: AES-256-GCM under the DEK (wire formats §2).
struct SealedHmacSecret {
  ByteArray<12> nonce{};
  std::vector<std::uint8_t> ciphertext;
  ByteArray<16> tag{};
};

/// One customer credential: everything the server keeps of it. No secret is in here in clear.
struct KeyRecord {
  std::string key_id;
  std::string tenant_id;
  TenantType tenant_type = TenantType::customer;
  std::string app_id = "_default";
  std::string label;
  std::string tier;
  std::string package_id;
  Scheme scheme = Scheme::bearer;
  AuditContent audit_content = AuditContent::digest;
  TimePoint issued_at;
  std::optional<TimePoint> expires_at;
  std::optional<TimePoint> revoked_at;
  std::optional<TimePoint> quarantined_at;
  /// Why; null where the key is not quarantined.
  std::shared_ptr<const QuarantineEvidence> quarantine_evidence;
  std::optional<TimePoint> suspended_at;          ///< While its tenant's subscription is not paid.
  std::optional<TimePoint> rotation_grace_until;  ///< Set on the old key of a rotation.
  // Of a key that came from a rotation:
  std::optional<std::string> rotated_from_key_id;
  std::optional<ByteArray<32>> rotation_request;  ///< By which a repetition is known; see rotation_request().
  std::shared_ptr<FirstUse> first_use;            ///< Null once a start found the first use on disk.
  std::optional<ByteArray<32>> bearer_sha256;     ///< Of the whole `sk-cogos-…` string; scheme bearer.
  std::optional<crypto::Ed25519PublicKey> signing_key;  ///< Scheme ed25519.
  SealedHmacSecret hmac_secret;
  std::optional<crypto::X25519PublicKey> sealing_key;  ///< Always set once issued.

  [[nodiscard]] proof::ChainId chain() const { return {tenant_id, app_id}; }
};

/// Whether a request was ever admitted with it; true of every key that did not come from a rotation.
[[nodiscard]] bool is_used(const KeyRecord& key) noexcept;

/// What a key may do at a moment. Revocation outranks quarantine, which outranks suspension, and that expiry.
enum class Standing : std::uint8_t {
  active,
  grace,        ///< Rotated, and still admitted until rotation_grace_until.
  rotated_out,  ///< Rotated, and its grace is over.
  expired,
  suspended,
  quarantined,
  revoked,
};
[[nodiscard]] Standing standing(const KeyRecord& key, TimePoint now) noexcept;
[[nodiscard]] constexpr bool is_admitted(Standing standing) noexcept {
  return standing == Standing::active || standing == Standing::grace;
}

/// What a caller is told whose key is not admitted: a 401. A revoked key looks like an unknown one.
[[nodiscard]] Error refusal(Standing standing);

}  // namespace cogos::keys
