#include "keys/dek.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/aead.hpp"
#include "crypto/system_random.hpp"
#include "support/vectors.hpp"

namespace cogos::keys {
namespace {

std::vector<std::uint8_t> bytes(const Json& object, const char* name) {
  return base::from_hex(object.at(name).get<std::string>()).value();
}

SealedHmacSecret box_of(const Json& known) {
  SealedHmacSecret box;
  box.nonce = base::fixed<12>(bytes(known, "nonce_hex")).value();
  box.ciphertext = bytes(known, "ciphertext_hex");
  box.tag = base::fixed<16>(bytes(known, "tag_hex")).value();
  return box;
}

/// The key id stands in the associated data after the fixed part.
std::string key_id_of(const Json& known) {
  const auto context = bytes(known, "aad_hex");
  return std::string(as_text(context)).substr(std::string("cogos/dek/v1|hmac|").size());
}

TEST(Dek, OpensTheKnownSecrets) {
  const Json vectors = test::load_vectors("dek");
  for (const auto& known : vectors.at("cases")) {
    const auto dek = Dek::from_hex(known.at("dek_hex").get<std::string>()).value();
    const auto secret = dek.open_hmac(key_id_of(known), box_of(known));
    ASSERT_TRUE(secret);
    EXPECT_EQ(base::to_hex(secret->reveal()), known.at("plaintext_hex"));
  }
}

TEST(Dek, SealsToTheKnownBytes) {
  const Json vectors = test::load_vectors("dek");
  for (const auto& known : vectors.at("cases")) {
    const auto key = base::fixed<32>(bytes(known, "dek_hex")).value();
    const auto nonce = base::fixed<12>(bytes(known, "nonce_hex")).value();
    const auto box = crypto::aead_seal(key, nonce, bytes(known, "aad_hex"), bytes(known, "plaintext_hex"));
    EXPECT_EQ(base::to_hex(box.ciphertext), known.at("ciphertext_hex"));
    EXPECT_EQ(base::to_hex(box.tag), known.at("tag_hex"));
  }
}

TEST(Dek, DoesNotOpenAnotherKeysSecretOrAnAlteredOne) {
  const Json known = test::load_vectors("dek").at("cases").at(0);
  const auto dek = Dek::from_hex(known.at("dek_hex").get<std::string>()).value();
  EXPECT_FALSE(dek.open_hmac("another-key", box_of(known)));
  for (int part = 0; part < 3; ++part) {
    SealedHmacSecret box = box_of(known);
    (part == 0 ? box.nonce[0] : part == 1 ? box.ciphertext[0] : box.tag[0]) ^= 1U;
    EXPECT_FALSE(dek.open_hmac(key_id_of(known), box)) << part;
  }
  const auto other = Dek::from_hex(std::string(64, '1')).value();
  EXPECT_FALSE(other.open_hmac(key_id_of(known), box_of(known)));
}

class MemoryCheck final : public DekCheckStore {
 public:
  std::optional<SealedHmacSecret> load_dek_check() override { return check; }
  void save_dek_check(const SealedHmacSecret& made) override { check = made; }
  std::optional<SealedHmacSecret> check;
};

TEST(Dek, RecognisesTheStoreThatItMade) {
  crypto::SystemRandom random;
  MemoryCheck store;
  const auto dek = Dek::from_hex(std::string(64, 'a')).value();
  EXPECT_TRUE(dek.check_against(store, random));
  EXPECT_TRUE(dek.check_against(store, random));
  const auto wrong = Dek::from_hex(std::string(64, 'b')).value();
  const auto refused = wrong.check_against(store, random);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("COGOS_DEK_HEX"), std::string::npos);
}

TEST(Dek, RefusesWhatIsNot64HexDigits) {
  for (const std::string& text :
       {std::string(), std::string(63, 'a'), std::string(64, 'A'), std::string(66, 'a')}) {
    EXPECT_FALSE(Dek::from_hex(text)) << text;
  }
}

}  // namespace
}  // namespace cogos::keys
