#include "proof/sealed_envelope.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/object_writer.hpp"
#include "cogos/sealed_envelope.hpp"
#include "crypto/aead.hpp"
#include "crypto/derived_key.hpp"
#include "proof/fails.hpp"
#include "proof/wire.hpp"

namespace cogos {
namespace {

constexpr std::string_view kAlgorithm = "x25519-hkdf-aes-256-gcm";
constexpr std::string_view kInfo = "cogos/seal/v1";

std::string associated_data(std::string_view tenant_id, std::string_view app_id, std::string_view ts) {
  std::string text(tenant_id);
  text.append(1, '|').append(app_id).append(1, '|').append(ts);
  return text;
}

crypto::Secret<32> envelope_key(const crypto::Secret<32>& shared) {
  return crypto::derive_key(shared.reveal(), {}, as_bytes(kInfo));
}

struct Envelope {
  std::vector<std::uint8_t> ciphertext;
  ByteArray<crypto::kAeadNonceBytes> nonce;
  ByteArray<32> ephemeral_public;
  ByteArray<crypto::kAeadTagBytes> tag;
  std::string kid;
};

Result<Envelope> read_envelope(std::string_view text) {
  const auto json = base::parse_json(text);
  if (!json || !json->is_object()) return fails("the envelope is not a JSON object");
  constexpr std::size_t kMembers = 7;
  try {
    if (json->size() != kMembers || json->at("v") != 1) return fails("the envelope's version is not known");
    if (json->at("alg") != kAlgorithm) return fails("the envelope's algorithm is not known");
    const auto bytes = [&json](const char* name) {
      return base::from_base64(json->at(name).get_ref<const std::string&>());
    };
    auto ciphertext = bytes("ciphertext_b64");
    const auto nonce = base::fixed<crypto::kAeadNonceBytes>(bytes("nonce_b64"));
    const auto ephemeral = base::fixed<32>(bytes("ephemeral_pub_b64"));
    const auto tag = base::fixed<crypto::kAeadTagBytes>(bytes("tag_b64"));
    if (!ciphertext || !nonce || !ephemeral || !tag) {
      return fails("a field of the envelope is not base64 of its length");
    }
    return Envelope{std::move(*ciphertext), *nonce, *ephemeral, *tag, json->at("kid").get<std::string>()};
  } catch (const Json::exception&) {
    return fails("the envelope lacks a member or has one of a wrong type");
  }
}

}  // namespace

Result<std::string> open_envelope(std::string_view envelope_json, std::string_view private_pem,
                                  std::string_view tenant_id, std::string_view app_id, std::string_view ts) {
  const auto key = crypto::X25519PrivateKey::from_pem(private_pem);
  if (!key) return Error(ErrorCode::unreadable_input, key.error().message());
  return proof::open_envelope(envelope_json, *key, tenant_id, app_id, ts);
}

namespace proof {

Result<std::string> open_envelope(std::string_view envelope_json, const crypto::X25519PrivateKey& private_key,
                                  std::string_view tenant_id, std::string_view app_id, std::string_view ts) {
  const auto envelope = read_envelope(envelope_json);
  if (!envelope) return envelope.error();
  if (envelope->kid != short_kid(as_text(private_key.public_key().raw()))) {
    return fails("the envelope is sealed to the key " + envelope->kid + ", which is not this one");
  }
  const auto ephemeral = crypto::X25519PublicKey::from_raw(envelope->ephemeral_public);
  if (!ephemeral) return fails("the envelope's ephemeral key is not acceptable");
  const auto shared = private_key.agree(*ephemeral);
  if (!shared) return shared.error();
  const auto key = envelope_key(*shared);
  std::string plaintext(envelope->ciphertext.size(), '\0');
  const auto opened = crypto::aead_open(
      key.reveal(), envelope->nonce, as_bytes(associated_data(tenant_id, app_id, ts)), envelope->ciphertext,
      envelope->tag, {reinterpret_cast<std::uint8_t*>(plaintext.data()), plaintext.size()});
  if (!opened) return opened.error();
  return plaintext;
}

Result<PendingSeal> PendingSeal::prepare(const crypto::X25519PublicKey& recipient, std::string plaintext,
                                         Random& random) {
  PendingSeal pending;
  pending.plaintext_ = crypto::SecretText(std::move(plaintext));
  const auto ephemeral = crypto::X25519PrivateKey::generate(random);
  const auto shared = ephemeral.agree(recipient);
  if (!shared) return shared.error();
  pending.key_ = envelope_key(*shared);
  pending.ephemeral_public_ = ephemeral.public_key().raw();
  pending.kid_ = short_kid(as_text(recipient.raw()));
  random.fill(pending.nonce_);
  return pending;
}

std::string PendingSeal::seal(std::string_view tenant_id, std::string_view app_id, std::string_view ts) && {
  const auto box = crypto::aead_seal(key_.reveal(), nonce_, as_bytes(associated_data(tenant_id, app_id, ts)),
                                     as_bytes(plaintext_.reveal()));
  std::string json;
  json.reserve(box.ciphertext.size() * 4 / 3 + 256);
  base::ObjectWriter envelope(json);
  envelope.text("alg", kAlgorithm)
      .text("ciphertext_b64", base::to_base64(box.ciphertext))
      .text("ephemeral_pub_b64", base::to_base64(ephemeral_public_))
      .text("kid", kid_)
      .text("nonce_b64", base::to_base64(nonce_))
      .text("tag_b64", base::to_base64(box.tag))
      .number("v", 1)
      .close();
  return json;
}

}  // namespace proof
}  // namespace cogos
