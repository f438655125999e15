#include "keys/mint.hpp"

#include <gtest/gtest.h>

#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "keys/keyring.hpp"

namespace cogos::keys {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000;

class Mint : public ::testing::Test {
 protected:
  Mint() {
    order.tenant_id = "acme";
    order.package_id = "team";
  }
  Result<MintedKey> mint_it() { return mint(order, from_unix_ms(kNow), dek, random); }
  std::string param_at_fault() {
    const auto refused = mint_it();
    return refused ? std::string("(minted)") : refused.error().param();
  }

  crypto::SystemRandom random;
  Dek dek = Dek::from_hex(std::string(64, 'c')).value();
  KeyOrder order;
};

TEST_F(Mint, ABearerKeyIsKeptAsItsHashAlone) {
  const auto minted = mint_it();
  ASSERT_TRUE(minted);
  EXPECT_TRUE(looks_like_bearer_key(minted->api_key.reveal()));
  EXPECT_EQ(minted->record.bearer_sha256, crypto::sha256(as_bytes(minted->api_key.reveal())));
  EXPECT_FALSE(minted->record.signing_key);
  EXPECT_EQ(minted->record.key_id.size(), 36U);
  EXPECT_TRUE(minted->record.sealing_key);
  EXPECT_FALSE(minted->sealing_private_pem.empty());
}

TEST_F(Mint, TheHmacSecretIsHexAndOpensUnderTheKeysOwnId) {
  const auto minted = mint_it();
  const auto opened = dek.open_hmac(minted->record.key_id, minted->record.hmac_secret);
  ASSERT_TRUE(opened);
  EXPECT_EQ(as_text(opened->reveal()), as_text(minted->hmac_secret.reveal()));
  EXPECT_EQ(as_text(opened->reveal()).find_first_not_of("0123456789abcdef"), std::string_view::npos);
}

TEST_F(Mint, CustomersOwnKeysLeaveNoPrivateHalfHere) {
  const auto signing = crypto::Ed25519PrivateKey::generate(random);
  const auto sealing = crypto::X25519PrivateKey::generate(random);
  order.scheme = Scheme::ed25519;
  order.signing_public_pem = signing.public_key().pem();
  order.sealing_public_pem = sealing.public_key().pem();
  const auto minted = mint_it();
  ASSERT_TRUE(minted);
  EXPECT_TRUE(minted->api_key.empty());
  EXPECT_TRUE(minted->signing_private_pem.empty());
  EXPECT_TRUE(minted->sealing_private_pem.empty());
  EXPECT_EQ(minted->record.signing_key->raw(), signing.public_key().raw());
  EXPECT_TRUE(minted->record.key_id.starts_with("kid-"));
}

TEST_F(Mint, EachBadMemberIsNamed) {
  order.tenant_id = "Acme";
  EXPECT_EQ(param_at_fault(), "tenant_id");
  order.tenant_id = "_operator";
  EXPECT_EQ(param_at_fault(), "tenant_id");
  order.tenant_id = std::string(65, 'a');
  EXPECT_EQ(param_at_fault(), "tenant_id");
  order.tenant_id = "acme";
  order.app_id = "_operator";
  EXPECT_EQ(param_at_fault(), "app_id");
  order.app_id = "_default";
  order.expires_at = from_unix_ms(kNow);
  EXPECT_EQ(param_at_fault(), "expires_at_iso");
  order.expires_at.reset();
  order.sealing_public_pem = "not a pem";
  EXPECT_EQ(param_at_fault(), "x25519_pubkey_pem");
  order.sealing_public_pem.reset();
  order.signing_public_pem = "not a pem";
  EXPECT_EQ(param_at_fault(), "pubkey_pem");
  order.scheme = Scheme::ed25519;
  EXPECT_EQ(param_at_fault(), "pubkey_pem");
}

TEST(Standing, RevocationOutranksQuarantineAndExpiry) {
  KeyRecord key;
  const TimePoint now = from_unix_ms(kNow);
  EXPECT_EQ(standing(key, now), Standing::active);
  key.rotation_grace_until = now + std::chrono::hours{1};
  EXPECT_EQ(standing(key, now), Standing::grace);
  key.rotation_grace_until = now;
  EXPECT_EQ(standing(key, now), Standing::rotated_out);
  key.expires_at = now;
  EXPECT_EQ(standing(key, now), Standing::expired);
  EXPECT_EQ(standing(key, now - std::chrono::milliseconds{1}), Standing::grace);
  key.quarantined_at = now;
  EXPECT_EQ(standing(key, now), Standing::quarantined);
  key.revoked_at = now;
  EXPECT_EQ(standing(key, now), Standing::revoked);
}

TEST(Keyring, ASnapshotDoesNotChangeUnderItsReader) {
  KeyRecord key;
  key.key_id = "k1";
  key.bearer_sha256 = ByteArray<32>{1};
  Keyring keyring({key}, seed_packages());
  const auto before = keyring.snapshot();
  key.revoked_at = from_unix_ms(kNow);
  keyring.put(key);
  EXPECT_FALSE(before->by_id("k1")->revoked_at);
  EXPECT_TRUE(keyring.snapshot()->by_id("k1")->revoked_at);
  EXPECT_TRUE(keyring.snapshot()->by_bearer_hash(ByteArray<32>{1})->revoked_at);
  EXPECT_FALSE(keyring.snapshot()->by_bearer_hash(ByteArray<32>{2}));
  EXPECT_EQ(keyring.snapshot()->keys().size(), 1U);
}

TEST(Packages, ExactlyOneSeedIsTheDefault) {
  int defaults = 0;
  for (const Package& package : seed_packages()) defaults += package.is_default ? 1 : 0;
  EXPECT_EQ(defaults, 1);
}

}  // namespace
}  // namespace cogos::keys
