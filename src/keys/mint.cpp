#include "keys/mint.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "proof/wire.hpp"

namespace cogos::keys {
namespace {

constexpr std::string_view kBearerPrefix = "sk-cogos-";
constexpr std::size_t kBearerDigits = 32;
constexpr std::size_t kMaxLabel = 200;

Error invalid(std::string message, std::string param) {
  return Error(ErrorCode::validation_failed, std::move(message)).with_param(std::move(param));
}

Result<void> check(const KeyOrder& order, TimePoint now) {
  constexpr std::string_view kForm = " must match [a-z0-9][a-z0-9_-]{0,63}";
  if (!proof::is_name(order.tenant_id)) return invalid("tenant_id" + std::string(kForm), "tenant_id");
  if (!proof::is_app_name(order.app_id)) return invalid("app_id" + std::string(kForm), "app_id");
  if (!order.tier.empty() && !proof::is_name(order.tier)) return invalid("tier" + std::string(kForm), "tier");
  if (order.label.size() > kMaxLabel) return invalid("label may have 200 bytes at most", "label");
  if (order.expires_at && *order.expires_at <= now) {
    return invalid("expires_at_iso must lie in the future", "expires_at_iso");
  }
  if (order.signing_public_pem && order.scheme != Scheme::ed25519) {
    return invalid("pubkey_pem goes with scheme ed25519 only", "pubkey_pem");
  }
  return {};
}

void add_bearer(MintedKey& minted, Random& random) {
  crypto::Secret<kBearerDigits / 2> bytes;
  random.fill(bytes.reveal());
  std::string key(kBearerPrefix);
  key.resize(kBearerPrefix.size() + kBearerDigits);
  base::to_hex(bytes.reveal(), key.data() + kBearerPrefix.size());
  minted.record.bearer_sha256 = crypto::sha256(as_bytes(key));
  minted.api_key = crypto::SecretText(std::move(key));
}

Result<void> add_signing_key(MintedKey& minted, const KeyOrder& order, Random& random) {
  if (order.signing_public_pem) {
    auto key = crypto::Ed25519PublicKey::from_pem(*order.signing_public_pem);
    if (!key) return invalid("pubkey_pem: " + key.error().message(), "pubkey_pem");
    minted.record.signing_key = *key;
    return {};
  }
  const auto pair = crypto::Ed25519PrivateKey::generate(random);
  minted.record.signing_key = pair.public_key();
  minted.signing_private_pem = pair.reveal_pem();
  return {};
}

Result<void> add_sealing_key(MintedKey& minted, const KeyOrder& order, Random& random) {
  if (order.sealing_public_pem) {
    auto key = crypto::X25519PublicKey::from_pem(*order.sealing_public_pem);
    if (!key) return invalid("x25519_pubkey_pem: " + key.error().message(), "x25519_pubkey_pem");
    minted.record.sealing_key = *key;
    return {};
  }
  const auto pair = crypto::X25519PrivateKey::generate(random);
  minted.record.sealing_key = pair.public_key();
  minted.sealing_private_pem = pair.reveal_pem();
  return {};
}

}  // namespace

bool looks_like_bearer_key(std::string_view text) noexcept {
  return text.size() == kBearerPrefix.size() + kBearerDigits && text.starts_with(kBearerPrefix) &&
         text.find_first_not_of("0123456789abcdef", kBearerPrefix.size()) == std::string_view::npos;
}

std::string new_uuid(Random& random) {
  ByteArray<16> bytes;
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string text = base::to_hex(bytes);
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) text.insert(dash, 1, '-');
  return text;
}

Result<MintedKey> mint(const KeyOrder& order, TimePoint now, const Dek& dek, Random& random) {
  if (const auto valid = check(order, now); !valid) return valid.error();
  MintedKey minted;
  KeyRecord& record = minted.record;
  record.tenant_id = order.tenant_id;
  record.tenant_type = order.tenant_type;
  record.app_id = order.app_id;
  record.label = order.label;
  record.tier = order.tier.empty() ? order.package_id : order.tier;
  record.package_id = order.package_id;
  record.scheme = order.scheme;
  record.audit_content = order.audit_content;
  record.issued_at = now;
  record.expires_at = order.expires_at;
  if (order.scheme == Scheme::bearer) {
    record.key_id = new_uuid(random);
    add_bearer(minted, random);
  } else {
    ByteArray<8> bytes;
    random.fill(bytes);
    record.key_id = "kid-" + base::to_hex(bytes);
    if (const auto added = add_signing_key(minted, order, random); !added) return added.error();
  }
  if (const auto added = add_sealing_key(minted, order, random); !added) return added.error();

  crypto::Secret<32> bytes;
  random.fill(bytes.reveal());
  base::to_hex(bytes.reveal(), reinterpret_cast<char*>(minted.hmac_secret.reveal().data()));
  record.hmac_secret = dek.seal_hmac(record.key_id, minted.hmac_secret, random);
  return minted;
}

}  // namespace cogos::keys
