#include "cogos/request_signature.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/pem.hpp"
#include "proof/request_signature.hpp"
#include "support/vectors.hpp"

namespace cogos {
namespace {

TEST(RequestSignature, MatchesKnownAnswers) {
  const Json vectors = test::load_vectors("request_signature");
  for (const auto& known : vectors.at("cases")) {
    const auto seed =
        base::fixed<32>(base::from_hex(known.at("private_seed_hex").get<std::string>())).value();
    const auto key = crypto::Ed25519PrivateKey::from_seed(seed);
    EXPECT_EQ(key.public_key().pem(), known.at("public_pem"));
    const auto body = base::from_hex(known.at("body_hex").get<std::string>()).value();
    SignableRequest request;
    request.method = known.at("method");
    request.path = known.at("path");
    request.ts = known.at("ts");
    request.body = std::string(as_text(body));
    const auto header =
        sign_request(request, known.at("key_id").get<std::string>(), key.reveal_pem().reveal());
    ASSERT_TRUE(header);
    EXPECT_EQ(*header, known.at("authorization"));
    const std::string text =
        proof::signed_text(request.method, request.path, request.ts, crypto::sha256_hex(request.body), {});
    EXPECT_EQ(base::to_hex(as_bytes(text)), known.at("signed_hex"));

    const auto parsed = proof::parse_request_signature(header->substr(proof::kSignatureScheme.size() + 1));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->key_id, known.at("key_id"));
    EXPECT_EQ(parsed->ts, request.ts);
    EXPECT_TRUE(key.public_key().verify(as_bytes(text), parsed->signature));
  }
}

TEST(RequestSignature, TakesParametersInAnyOrderAndSpacesAfterCommas) {
  const std::string sig = base::to_base64(ByteArray<64>{});
  const auto parsed = proof::parse_request_signature("ts=12,  nonce=a_-Z9, sig=" + sig + ",keyId=kid-1");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->key_id, "kid-1");
  EXPECT_EQ(parsed->ts, 12);
  EXPECT_EQ(parsed->nonce, "a_-Z9");
}

TEST(RequestSignature, RefusesMalformedParameters) {
  const std::string sig = base::to_base64(ByteArray<64>{});
  const std::string good = "keyId=k,sig=" + sig + ",ts=1";
  ASSERT_TRUE(proof::parse_request_signature(good));
  const std::vector<std::string> malformed{std::string(),
                                           good + ",",
                                           good + ",ts=1",
                                           good + ",x=1",
                                           good + ",nonce=",
                                           good + ",nonce=a b",
                                           good + ",nonce=" + std::string(65, 'n'),
                                           "keyId=k,sig=" + sig,
                                           "keyId=k,ts=1",
                                           "sig=" + sig + ",ts=1",
                                           "keyId=k,sig=" + sig + ",ts=-1",
                                           "keyId=k,sig=" + sig + ",ts=+1",
                                           "keyId=k,sig=" + sig + ",ts=01",
                                           "keyId=k,sig=" + sig + ",ts=1e3",
                                           "keyId=,sig=" + sig + ",ts=1",
                                           "keyId=k,sig=" + sig.substr(4) + ",ts=1",
                                           "keyId=k ,sig=" + sig + ",ts=1"};
  for (const std::string& bad : malformed) {
    EXPECT_FALSE(proof::parse_request_signature(bad)) << bad;
  }
}

TEST(RequestSignature, CoversTheNonceWhereOneIsGiven) {
  const auto key = crypto::Ed25519PrivateKey::from_seed(ByteArray<32>{5});
  SignableRequest request{"POST", "/v1/x", "{}", 7, "n-1"};
  const auto header = sign_request(request, "k", key.reveal_pem().reveal()).value();
  const auto parsed =
      proof::parse_request_signature(header.substr(proof::kSignatureScheme.size() + 1)).value();
  const auto hash = crypto::sha256_hex(request.body);
  const auto verifies = [&](std::string_view nonce) {
    const auto text = proof::signed_text("POST", "/v1/x", 7, hash, nonce);
    return key.public_key().verify(as_bytes(text), parsed.signature);
  };
  EXPECT_TRUE(verifies("n-1"));
  EXPECT_FALSE(verifies("n-2"));
  EXPECT_FALSE(verifies(""));
}

}  // namespace
}  // namespace cogos
