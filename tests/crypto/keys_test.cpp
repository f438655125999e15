#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/pem.hpp"
#include "crypto/system_random.hpp"
#include "crypto/x25519.hpp"

namespace cogos::crypto {
namespace {

ByteArray<32> raw(const std::string& hex) {
  return base::fixed<32>(base::from_hex(hex)).value();
}

/// All eight torsion points of Curve25519 in Edwards form, and second spellings of two of them.
const std::vector<std::string> kSmallOrderEd25519{
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};

TEST(Ed25519PublicKey, RefusesSmallOrderAndNonCanonicalPoints) {
  for (const auto& hex : kSmallOrderEd25519) {
    EXPECT_FALSE(Ed25519PublicKey::from_raw(raw(hex))) << hex;
    EXPECT_FALSE(Ed25519PublicKey::from_pem(spki_pem(KeyKind::ed25519, raw(hex)))) << hex;
  }
}

TEST(Ed25519, SignsAsRfc8032Section7_1) {
  const auto key =
      Ed25519PrivateKey::from_seed(raw("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(base::to_hex(key.public_key().raw()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = key.sign(as_bytes("r"));
  EXPECT_EQ(base::to_hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(key.public_key().verify(as_bytes("r"), signature));
  EXPECT_FALSE(key.public_key().verify(as_bytes("s"), signature));
  EXPECT_FALSE(key.public_key().verify(as_bytes("r"), ByteView(signature).first(63)));
}

TEST(X25519PublicKey, RefusesSmallOrderAndNonCanonicalPoints) {
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "0900000000000000000000000000000000000000000000000000000000000080"}) {
    EXPECT_FALSE(X25519PublicKey::from_raw(raw(hex))) << hex;
  }
  EXPECT_TRUE(
      X25519PublicKey::from_raw(raw("0900000000000000000000000000000000000000000000000000000000000000")));
}

TEST(X25519, AgreesAsRfc7748Section6_1) {
  const auto alice =
      X25519PrivateKey::from_raw(raw("77076d0a7318a57d3c16c17251b26645a5ebe2d8c8c4b0f6a3d3e7f0b4d3c5a0"));
  SystemRandom random;
  const auto bob = X25519PrivateKey::generate(random);
  const auto one = alice.agree(bob.public_key());
  const auto two = bob.agree(alice.public_key());
  ASSERT_TRUE(one && two);
  EXPECT_TRUE(equal_secrets(one->reveal(), two->reveal()));
}

TEST(Pem, RoundTripsAndKeepsTheKindsApart) {
  SystemRandom random;
  const auto signing = Ed25519PrivateKey::generate(random);
  const auto sealing = X25519PrivateKey::generate(random);
  EXPECT_EQ(Ed25519PublicKey::from_pem(signing.public_key().pem())->raw(), signing.public_key().raw());
  EXPECT_EQ(X25519PublicKey::from_pem(sealing.public_key().pem())->raw(), sealing.public_key().raw());
  EXPECT_EQ(Ed25519PrivateKey::from_pem(signing.reveal_pem().reveal())->public_key().raw(),
            signing.public_key().raw());
  EXPECT_EQ(X25519PrivateKey::from_pem(sealing.reveal_pem().reveal())->public_key().raw(),
            sealing.public_key().raw());
  EXPECT_FALSE(Ed25519PublicKey::from_pem(sealing.public_key().pem()));
  EXPECT_FALSE(X25519PrivateKey::from_pem(signing.reveal_pem().reveal()));
  EXPECT_FALSE(X25519PublicKey::from_pem(std::string(5000, 'x')));
}

TEST(Pem, IsOneBlockAndNothingAfterIt) {
  SystemRandom random;
  const auto key = Ed25519PrivateKey::generate(random);
  const std::string pem = key.public_key().pem();
  const auto other = Ed25519PrivateKey::generate(random);
  for (const char* after : {"", "\n", "\r\n \t\n"}) {
    EXPECT_TRUE(Ed25519PublicKey::from_pem(pem + after));
  }
  EXPECT_TRUE(Ed25519PublicKey::from_pem(pem.substr(0, pem.size() - 1)));
  EXPECT_FALSE(Ed25519PublicKey::from_pem(pem + other.public_key().pem()));
  EXPECT_FALSE(Ed25519PublicKey::from_pem(pem + "more"));
  // OpenSSL would skip the private block, and the second reader of the same text might not.
  EXPECT_FALSE(Ed25519PublicKey::from_pem(std::string(other.reveal_pem().reveal()) + pem));
  EXPECT_FALSE(Ed25519PrivateKey::from_pem(pem + std::string(other.reveal_pem().reveal())));
}

TEST(Hkdf, MatchesRfc5869TestCase3) {
  const std::vector<std::uint8_t> key(22, 0x0b);
  EXPECT_EQ(base::to_hex(hkdf_sha256(key, {}, {})),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(HmacSha256, MatchesRfc4231) {
  const std::vector<std::uint8_t> key(20, 0x0b);
  EXPECT_EQ(base::to_hex(hmac_sha256(key, as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  const std::vector<std::uint8_t> long_key(131, 0xaa);
  EXPECT_EQ(
      base::to_hex(hmac_sha256(long_key, as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Secret, IsWipedWhereItIsMovedFrom) {
  Secret<4> secret;
  secret.reveal()[0] = 7;
  const Secret<4> moved = std::move(secret);
  EXPECT_EQ(moved.reveal()[0], 7);
  EXPECT_EQ(secret.reveal()[0], 0);
}

}  // namespace
}  // namespace cogos::crypto
