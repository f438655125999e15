#include "proof/attestation.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "cogos/receipt.hpp"
#include "crypto/hash.hpp"
#include "proof/fails.hpp"
#include "proof/wire.hpp"

namespace cogos {
namespace {

constexpr std::size_t kMaxToken = 4096;

/// The payload's spelling: this order, no spaces.
std::string payload_of(const Attestation& a) {
  std::string out;
  out.reserve(420);
  out.append("{\"v\":1,\"req_hash\":\"").append(a.req_hash);
  out.append("\",\"resp_hash\":\"").append(a.resp_hash);
  out.append("\",\"rev\":");
  base::append_json_string(a.rev, out);
  out.append(",\"chain_head\":\"").append(a.chain_head);
  out.append("\",\"signer\":\"cogos-api\",\"signer_kid\":\"").append(a.signer_kid);
  out.append("\",\"ts\":").append(std::to_string(a.ts)).append("}");
  return out;
}

struct Parts {
  std::string payload;
  std::vector<std::uint8_t> signature;
};

Result<Parts> split(std::string_view token) {
  const auto dot = token.find('.');
  if (token.size() > kMaxToken || dot == std::string_view::npos) {
    return fails("not an attestation token: it needs two base64url parts with a dot between");
  }
  const auto payload = base::from_base64url(token.substr(0, dot));
  auto signature = base::from_base64url(token.substr(dot + 1));
  if (!payload || !signature || signature->size() != 64) {
    return fails("not an attestation token: its parts are not base64url, or the signature is not 64 bytes");
  }
  return Parts{std::string(as_text(*payload)), std::move(*signature)};
}

Result<Attestation> read_payload(const std::string& payload) {
  const auto json = base::parse_json(payload);
  if (!json || !json->is_object()) return fails("the token's payload is not a JSON object");
  Attestation a;
  try {
    a.req_hash = json->at("req_hash").get<std::string>();
    a.resp_hash = json->at("resp_hash").get<std::string>();
    a.rev = json->at("rev").get<std::string>();
    a.chain_head = json->at("chain_head").get<std::string>();
    a.signer_kid = json->at("signer_kid").get<std::string>();
    if (!json->at("ts").is_number_integer()) return fails("the token's ts is not an integer");
    a.ts = json->at("ts").get<std::int64_t>();
  } catch (const Json::exception&) {
    return fails("the token's payload lacks a member or has one of a wrong type");
  }
  // Rebuilding it settles version, signer, member order, spacing and additions at once.
  if (payload_of(a) != payload) return fails("the token's payload is not in the form of version 1");
  return a;
}

}  // namespace

std::string attestation_kid(std::string_view public_pem) {
  return proof::short_kid(public_pem);
}

Result<Attestation> read_attestation(std::string_view token) {
  const auto parts = split(token);
  if (!parts) return parts.error();
  return read_payload(parts->payload);
}

Result<Attestation> verify_attestation_token(std::string_view token, std::string_view public_pem) {
  const auto parts = split(token);
  if (!parts) return parts.error();
  const auto key = crypto::Ed25519PublicKey::from_pem(public_pem);
  if (!key) return Error(ErrorCode::unreadable_input, "the public key is not an Ed25519 public key in PEM");
  if (!key->verify(as_bytes(parts->payload), parts->signature)) {
    return fails("the token's signature does not hold under this public key");
  }
  auto attestation = read_payload(parts->payload);
  if (!attestation) return attestation.error();
  // The key as the server publishes it, whatever line ends the file at hand has.
  if (attestation->signer_kid != attestation_kid(key->pem())) {
    return fails("the token names the key " + attestation->signer_kid + ", which is not this one");
  }
  return attestation;
}

Result<Attestation> verify_attestation(std::string_view token, std::string_view public_pem,
                                       std::string_view response_body,
                                       const std::optional<AttestedRequest>& request) {
  auto attestation = verify_attestation_token(token, public_pem);
  if (!attestation) return attestation.error();
  if (attestation->resp_hash != crypto::sha256_hex(response_body)) {
    return fails("the response body is not the one that was attested");
  }
  if (request) {
    const std::string text = proof::request_text(request->method, request->path, attestation->ts,
                                                 crypto::sha256_hex(request->body));
    if (attestation->req_hash != crypto::sha256_hex(text)) {
      return fails("the request (method, path with query, or body) is not the one that was attested");
    }
  }
  return attestation;
}

namespace proof {

AttestationSigner::AttestationSigner(crypto::Ed25519PrivateKey key, std::string rev)
    : key_(std::move(key)),
      rev_(std::move(rev)),
      public_pem_(key_.public_key().pem()),
      kid_(attestation_kid(public_pem_)),
      public_key_sha256_(crypto::sha256_hex(key_.public_key().spki_der())) {}

std::string AttestationSigner::token(const AttestedCall& call) const {
  Attestation a;
  a.ts = to_unix_ms(call.ts);
  a.req_hash = crypto::sha256_hex(request_text(call.method, call.path, a.ts, call.request_sha256));
  a.resp_hash = call.response_sha256;
  a.rev = rev_;
  a.chain_head = call.chain_head;
  a.signer_kid = kid_;
  const std::string payload = payload_of(a);
  const auto signature = key_.sign(as_bytes(payload));
  std::string token = base::to_base64url(as_bytes(payload));
  token += '.';
  token += base::to_base64url(signature);
  return token;
}

std::string AttestationSigner::sign_chain_head(std::string_view tenant_id, std::string_view app_id,
                                               std::uint64_t height, std::string_view head_hash,
                                               std::string_view as_of) const {
  std::string text = "cogos/chain-head/v1\n";
  text.append(tenant_id).append(1, '\n').append(app_id).append(1, '\n');
  text.append(std::to_string(height)).append(1, '\n').append(head_hash).append(1, '\n').append(as_of);
  return base::to_base64(key_.sign(as_bytes(text)));
}

}  // namespace proof
}  // namespace cogos
