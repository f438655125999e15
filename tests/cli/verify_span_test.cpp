#include "cli/cli_test.hpp"
#include "crypto/hash.hpp"
#include "proof/attestation.hpp"
#include "support/vectors.hpp"

namespace cogos::test {
namespace {

proof::AttestationSigner signer(std::uint8_t byte) {
  return {crypto::Ed25519PrivateKey::from_pem(ed25519_private_pem(byte)).value(), "1.0.0+abc1234"};
}

class VerifySpan : public CliTest {
 protected:
  /// A file with the token of an answer whose chain head was the row at `index`.
  std::string token(const std::string& name, std::size_t index, const proof::AttestationSigner& by) {
    return token_over(name, chain_[index]["row_hash"], by);
  }
  std::string token_over(const std::string& name, const std::string& head,
                         const proof::AttestationSigner& by) {
    const std::string none = crypto::sha256_hex(std::string_view{});
    proof::AttestedCall call{"POST", "/v1/chat/completions", none, none, head, clock_.now()};
    return file(name, by.token(call) + "\n");
  }
  Outcome verify(const std::string& from, const std::string& to, const std::string& keys, const Json& rows,
                 const std::string& more = {}) {
    std::vector<std::string> arguments{
        "verify", "span",          "--from", from,     "--to",
        to,       "--public-keys", keys,     "--rows", file("rows", rows.dump())};
    if (!more.empty()) arguments.push_back(more);
    return run(arguments);
  }

  const Json chain_ = load_vectors("audit_chain")["chains"][0];
  const proof::AttestationSigner old_ = signer(1);
  const proof::AttestationSigner now_ = signer(2);
  const std::string old_pem_ = file("old.pem", old_.public_pem());
};

TEST_F(VerifySpan, HoldsWhereEveryRowIsThere) {
  const auto outcome = verify(token("from", 1, old_), token("to", 4, old_), old_pem_, chain_, "--json");
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.json()["rows_between"], 3);
  EXPECT_EQ(outcome.json()["from_head"], chain_[1]["row_hash"]);
  EXPECT_EQ(outcome.json()["chain"]["tenant_id"], "acme");
  EXPECT_TRUE(verify(token("from", 1, old_), token("to", 4, old_), old_pem_, chain_).says("holds"));
}

TEST_F(VerifySpan, HoldsAcrossARestartWithTheListOfKeys) {
  Json keys = {{"keys", Json::array()}};
  for (const auto* each : {&old_, &now_}) {
    keys["keys"].push_back({{"kid", each->kid()}, {"public_pem", each->public_pem()}});
  }
  const std::string list = file("keys.json", keys.dump());
  EXPECT_EQ(verify(token("from", 0, old_), token("to", 5, now_), list, chain_).code, 0);
  EXPECT_EQ(verify(token("from", 0, signer(3)), token("to", 5, now_), list, chain_).code, 1);
}

TEST_F(VerifySpan, HoldsFromTheStartOfTheChain) {
  const std::string start = token_over("from", std::string(64, '0'), old_);
  const auto outcome = verify(start, token("to", 5, old_), old_pem_, chain_, "--json");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.json()["rows_between"], 6);
}

TEST_F(VerifySpan, HoldsForTwoReceiptsOverOneHead) {
  const auto outcome = verify(token("from", 2, old_), token("to", 2, old_), old_pem_, chain_, "--json");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.json()["rows_between"], 0);
}

TEST_F(VerifySpan, FailsWhereARowIsMissing) {
  Json rows = chain_;
  rows.erase(3);
  const auto outcome = verify(token("from", 1, old_), token("to", 4, old_), old_pem_, rows);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.says("FAILS"));
}

TEST_F(VerifySpan, FailsWhereAnEndIsMissing) {
  Json without_start = chain_;
  without_start.erase(0);
  without_start.erase(0);
  without_start.erase(0);
  EXPECT_EQ(verify(token("from", 1, old_), token("to", 4, old_), old_pem_, without_start).code, 1);
  Json without_end = chain_;
  without_end.erase(5);
  EXPECT_EQ(verify(token("from", 1, old_), token("to", 5, old_), old_pem_, without_end).code, 1);
}

TEST_F(VerifySpan, FailsWhereTheReceiptsAreExchanged) {
  const auto outcome = verify(token("from", 4, old_), token("to", 1, old_), old_pem_, chain_, "--json");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.json()["holds"], false);
  EXPECT_FALSE(outcome.json()["problem"].get<std::string>().empty());
}

TEST_F(VerifySpan, FailsForAReceiptOfAnotherKey) {
  EXPECT_EQ(verify(token("from", 1, now_), token("to", 4, old_), old_pem_, chain_).code, 1);
  EXPECT_EQ(verify(token("from", 1, old_), token("to", 4, now_), old_pem_, chain_).code, 1);
}

TEST_F(VerifySpan, RefusesFilesOfAnotherKind) {
  const std::string good = token("good", 1, old_);
  const auto empty = verify(file("empty", ""), good, old_pem_, chain_);
  EXPECT_EQ(empty.code, 2);
  EXPECT_TRUE(empty.complains("empty"));
  const auto two = verify(file("two", content("good") + content("good")), good, old_pem_, chain_);
  EXPECT_EQ(two.code, 2);
  EXPECT_TRUE(two.complains("one token"));
  EXPECT_EQ(verify(good, good, file("keys", "neither"), chain_).code, 2);
  EXPECT_EQ(verify(good, path("absent"), old_pem_, chain_).code, 2);
}

}  // namespace
}  // namespace cogos::test
