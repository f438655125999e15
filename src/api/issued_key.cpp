#include "api/issued_key.hpp"

#include "base/object_writer.hpp"

namespace cogos::api {
namespace {

constexpr std::string_view kWarning =
    "Store the secrets in this answer now: they are shown this once and kept nowhere in clear.";

constexpr std::size_t kRoom = 8192;

}  // namespace

http::Response secret_response() {
  http::Response response;
  response.status = 201;
  response.secret = true;
  response.headers.set("Content-Type", "application/json");
  response.body.reserve(kRoom);
  return response;
}

http::Response issued_key_response(const keys::MintedKey& minted, std::string_view chain_head_after,
                                   std::optional<TimePoint> grace_until) {
  const keys::KeyRecord& key = minted.record;
  http::Response response = secret_response();
  base::ObjectWriter body(response.body);
  if (!minted.api_key.empty()) body.text("api_key", minted.api_key.reveal());
  body.text("app_id", key.app_id).text("chain_head_after", chain_head_after);
  if (key.scheme == keys::Scheme::ed25519) body.text("ed25519_key_id", key.key_id);
  if (key.expires_at) {
    body.text("expires_at", to_rfc3339(*key.expires_at));
  } else {
    body.null("expires_at");
  }
  body.text("hmac_secret", as_text(minted.hmac_secret.reveal()))
      .text("issued_at", to_rfc3339(key.issued_at))
      .text("key_id", key.key_id)
      .text("package_id", key.package_id);
  if (!minted.signing_private_pem.empty()) body.text("private_pem", minted.signing_private_pem.reveal());
  if (key.signing_key) body.text("pubkey_pem", key.signing_key->pem());
  if (key.rotated_from_key_id) body.text("rotated_from_key_id", *key.rotated_from_key_id);
  if (grace_until) body.text("rotation_grace_until", to_rfc3339(*grace_until));
  body.text("scheme", keys::to_text(key.scheme))
      .text("tenant_id", key.tenant_id)
      .text("tenant_type", keys::to_text(key.tenant_type))
      .text("tier", key.tier)
      .text("warning", kWarning);
  if (!minted.sealing_private_pem.empty())
    body.text("x25519_private_pem", minted.sealing_private_pem.reveal());
  body.text("x25519_pubkey_pem", key.sealing_key->pem()).close();
  return response;
}

}  // namespace cogos::api
