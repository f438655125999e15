#include "base/encoding.hpp"
#include "cli/cli_test.hpp"
#include "crypto/ed25519.hpp"
#include "proof/request_signature.hpp"
#include "support/vectors.hpp"

namespace cogos::test {
namespace {

class SignRequest : public CliTest {
 protected:
  std::vector<std::string> with_key(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"sign-request", "--key",  file("key.pem", ed25519_private_pem(7)),
                                       "--key-id",     "kid-1",  "--method",
                                       "GET",          "--path", "/v1/me"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(SignRequest, ReproducesTheVectors) {
  const Json vectors = load_vectors("request_signature");
  for (const Json& vector : vectors["cases"]) {
    const auto seed = base::fixed<32>(base::from_hex(vector["private_seed_hex"].get<std::string>()));
    const auto pem = crypto::Ed25519PrivateKey::from_seed(*seed).reveal_pem();
    std::vector<std::string> arguments{"sign-request",
                                       "--key",
                                       file("key.pem", pem.reveal()),
                                       "--key-id",
                                       vector["key_id"],
                                       "--method",
                                       vector["method"],
                                       "--path",
                                       vector["path"],
                                       "--ts",
                                       std::to_string(vector["ts"].get<std::int64_t>()),
                                       "--body",
                                       file("body", unhex(vector["body_hex"]))};
    if (vector.contains("nonce")) {
      arguments.emplace_back("--nonce");
      arguments.push_back(vector["nonce"]);
    }
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, vector["authorization"].get<std::string>() + "\n");
  }
}

TEST_F(SignRequest, TakesTheTimeFromTheClock) {
  const auto outcome = run(with_key());
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(outcome.says(",ts=1763900000123\n"));
}

TEST_F(SignRequest, CarriesTheNonce) {
  const auto outcome = run(with_key({"--nonce", "n-1_A"}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.says(",nonce=n-1_A"));
  EXPECT_EQ(run(with_key({"--nonce", ""})).code, 2);
  EXPECT_EQ(run(with_key({"--nonce", "a b"})).code, 2);
  EXPECT_EQ(run(with_key({"--nonce", std::string(65, 'a')})).code, 2);
}

TEST_F(SignRequest, RefusesWhatNoServerWouldSee) {
  auto url = with_key();
  url[8] = "https://api.example.com/v1/me";
  EXPECT_TRUE(run(url).complains("without the host"));
  EXPECT_EQ(run(url).code, 2);
  url[8] = "/v1/me\nx";
  EXPECT_EQ(run(url).code, 2);
  auto method = with_key();
  method[6] = "GET\n";
  EXPECT_EQ(run(method).code, 2);
  EXPECT_EQ(run(with_key({"--ts", "-1"})).code, 2);
  EXPECT_EQ(run(with_key({"--ts", "soon"})).code, 2);
  EXPECT_EQ(run(with_key({"--ts", "1000000000000000"})).code, 2);
}

TEST_F(SignRequest, RefusesAKeyOfAnotherKind) {
  const auto arguments = with_key();
  file("key.pem", x25519_private_pem(7));
  const auto outcome = run(arguments);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_FALSE(outcome.complains("PRIVATE"));
}

TEST_F(SignRequest, NamesABodyItCannotRead) {
  const auto outcome = run(with_key({"--body", path("absent")}));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("No such file"));
}

}  // namespace
}  // namespace cogos::test
