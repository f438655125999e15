#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli_test.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"

namespace cogos::test {
namespace {

class Keygen : public CliTest {};

TEST_F(Keygen, WritesAnEd25519Pair) {
  const auto outcome = run({"keygen", "ed25519", "--out", path("sign")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto key = crypto::Ed25519PrivateKey::from_pem(content("sign.pem"));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key().pem(), content("sign.pub.pem"));
  EXPECT_TRUE(outcome.says(path("sign.pem")));
  EXPECT_FALSE(outcome.says("BEGIN"));
}

TEST_F(Keygen, WritesAnX25519Pair) {
  EXPECT_EQ(run({"keygen", "x25519", "--out", path("seal")}).code, 0);
  const auto key = crypto::X25519PrivateKey::from_pem(content("seal.pem"));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key().pem(), content("seal.pub.pem"));
}

TEST_F(Keygen, KeepsThePrivateHalfPrivate) {
  const mode_t before = ::umask(0);
  const auto outcome = run({"keygen", "ed25519", "--out", path("sign")});
  ::umask(before);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(mode("sign.pem"), 0600U);
  EXPECT_EQ(mode("sign.pub.pem"), 0644U);
}

TEST_F(Keygen, MakesAnotherKeyEachTime) {
  ASSERT_EQ(run({"keygen", "ed25519", "--out", path("a")}).code, 0);
  ASSERT_EQ(run({"keygen", "ed25519", "--out", path("b")}).code, 0);
  EXPECT_NE(content("a.pem"), content("b.pem"));
}

TEST_F(Keygen, NeverOverwrites) {
  file("sign.pem", "precious");
  const auto outcome = run({"keygen", "ed25519", "--out", path("sign")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("never overwritten"));
  EXPECT_EQ(content("sign.pem"), "precious");
  EXPECT_FALSE(exists("sign.pub.pem"));
}

TEST_F(Keygen, LeavesNoHalfAPair) {
  file("seal.pub.pem", "precious");
  EXPECT_EQ(run({"keygen", "x25519", "--out", path("seal")}).code, 2);
  EXPECT_EQ(content("seal.pub.pem"), "precious");
  EXPECT_FALSE(exists("seal.pem"));
}

TEST_F(Keygen, FollowsNoLink) {
  ASSERT_EQ(::symlink(path("elsewhere").c_str(), path("sign.pem").c_str()), 0);
  EXPECT_EQ(run({"keygen", "ed25519", "--out", path("sign")}).code, 2);
  EXPECT_FALSE(exists("elsewhere"));
}

TEST_F(Keygen, NamesADirectoryItCannotWriteTo) {
  const auto outcome = run({"keygen", "ed25519", "--out", path("absent/sign")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("No such file or directory"));
}

TEST_F(Keygen, NeedsAKindAndAPlace) {
  EXPECT_EQ(run({"keygen"}).code, 2);
  EXPECT_EQ(run({"keygen", "rsa", "--out", path("k")}).code, 2);
  const auto outcome = run({"keygen", "ed25519"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("--out is required"));
}

}  // namespace
}  // namespace cogos::test
