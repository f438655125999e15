#include "cogos/receipt.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "proof/attestation.hpp"
#include "proof/wire.hpp"
#include "support/vectors.hpp"

namespace cogos {
namespace {

std::string unhex(const Json& hex) {
  const auto bytes = base::from_hex(hex.get<std::string>());
  return std::string(as_text(bytes.value()));
}

proof::AttestationSigner signer_for(const Json& known) {
  const auto seed = base::fixed<32>(base::from_hex(known.at("private_seed_hex").get<std::string>())).value();
  return {crypto::Ed25519PrivateKey::from_seed(seed), known.at("rev").get<std::string>()};
}

AttestedRequest request_of(const Json& known) {
  return {known.at("method").get<std::string>(), known.at("path").get<std::string>(),
          unhex(known.at("request_body_hex"))};
}

TEST(BearerKey, IsStoredAsTheHashThatTheVectorsGive) {
  const Json vectors = test::load_vectors("bearer_key");
  for (const auto& known : vectors.at("cases")) {
    EXPECT_EQ(crypto::sha256_hex(known.at("key").get<std::string>()), known.at("sha256"));
  }
}

TEST(ResponseSignature, MatchesKnownAnswers) {
  const Json vectors = test::load_vectors("response_signature");
  for (const auto& known : vectors.at("cases")) {
    const auto secret = known.at("hmac_secret").get<std::string>();
    const std::string body = unhex(known.at("body_hex"));
    const auto signature = known.at("x_cogos_signature").get<std::string>();
    EXPECT_EQ(response_signature(secret, body), signature);
    EXPECT_TRUE(verify_response_signature(secret, body, signature));
  }
}

TEST(ResponseSignature, FailsForEveryAlteredByteOfTheBody) {
  const std::string secret(64, 'a');
  const std::string body = R"({"answer":42})";
  const std::string signature = response_signature(secret, body);
  for (std::size_t i = 0; i < body.size(); ++i) {
    std::string altered = body;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(verify_response_signature(secret, altered, signature)) << i;
  }
  EXPECT_FALSE(verify_response_signature(secret, body, signature.substr(0, 63)));
  EXPECT_FALSE(verify_response_signature(std::string(64, 'b'), body, signature));
}

TEST(Attestation, MatchesKnownAnswers) {
  const Json vectors = test::load_vectors("attestation");
  for (const auto& known : vectors.at("cases")) {
    const auto signer = signer_for(known);
    EXPECT_EQ(signer.public_pem(), known.at("public_pem"));
    EXPECT_EQ(signer.kid(), known.at("signer_kid"));
    const auto method = known.at("method").get<std::string>();
    const auto path = known.at("path").get<std::string>();
    const auto head = known.at("chain_head").get<std::string>();
    const std::string request_hash = crypto::sha256_hex(unhex(known.at("request_body_hex")));
    const std::string response_hash = crypto::sha256_hex(unhex(known.at("response_body_hex")));
    const proof::AttestedCall call{method,        path, request_hash,
                                   response_hash, head, from_unix_ms(known.at("ts").get<std::int64_t>())};
    EXPECT_EQ(signer.token(call), known.at("token"));
    const auto verified =
        verify_attestation(known.at("token").get<std::string>(), known.at("public_pem").get<std::string>(),
                           unhex(known.at("response_body_hex")), request_of(known));
    ASSERT_TRUE(verified) << verified.error().message();
    EXPECT_EQ(verified->chain_head, head);
  }
}

TEST(Attestation, FailsWhereAnyPartDiffers) {
  const Json known = test::load_vectors("attestation").at("cases").at(1);
  const auto token = known.at("token").get<std::string>();
  const auto pem = known.at("public_pem").get<std::string>();
  const std::string body = unhex(known.at("response_body_hex"));
  const AttestedRequest request = request_of(known);
  ASSERT_TRUE(verify_attestation(token, pem, body, request));

  EXPECT_FALSE(verify_attestation(token, pem, body + " ", request));
  AttestedRequest other = request;
  other.method = "GET";
  EXPECT_FALSE(verify_attestation(token, pem, body, other));
  other = request;
  other.path += "?x";
  EXPECT_FALSE(verify_attestation(token, pem, body, other));
  other = request;
  other.body += " ";
  EXPECT_FALSE(verify_attestation(token, pem, body, other));
  const Json first = test::load_vectors("attestation").at("cases").at(0);
  EXPECT_FALSE(verify_attestation(token, first.at("public_pem").get<std::string>(), body, request));
}

TEST(Attestation, FailsForEveryAlteredCharacterOfTheToken) {
  const Json known = test::load_vectors("attestation").at("cases").at(0);
  const auto token = known.at("token").get<std::string>();
  const auto pem = known.at("public_pem").get<std::string>();
  ASSERT_TRUE(verify_attestation_token(token, pem));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_attestation_token(altered, pem)) << i;
  }
  EXPECT_FALSE(verify_attestation_token(token + "=", pem));
}

TEST(Attestation, ReadsOnlyTheFormOfVersionOne) {
  const auto seed = ByteArray<32>{7};
  const auto key = crypto::Ed25519PrivateKey::from_seed(seed);
  const auto pem = key.public_key().pem();
  const std::string zeros(64, '0');
  const auto sign = [&](const std::string& payload) {
    return base::to_base64url(as_bytes(payload)) + "." + base::to_base64url(key.sign(as_bytes(payload)));
  };
  const std::string tail =
      "\"req_hash\":\"" + zeros + "\",\"resp_hash\":\"" + zeros + "\",\"rev\":\"1.0.0+a\",\"chain_head\":\"" +
      zeros + "\",\"signer\":\"cogos-api\",\"signer_kid\":\"" + attestation_kid(pem) + "\",\"ts\":5}";
  EXPECT_TRUE(verify_attestation_token(sign("{\"v\":1," + tail), pem));
  EXPECT_FALSE(verify_attestation_token(sign("{\"v\":2," + tail), pem));
  EXPECT_FALSE(verify_attestation_token(sign("{ \"v\":1," + tail), pem));
  EXPECT_FALSE(verify_attestation_token(sign("{\"v\":1,\"extra\":1," + tail), pem));
}

}  // namespace
}  // namespace cogos
