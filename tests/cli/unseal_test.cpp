#include <sstream>

#include "cli/cli_test.hpp"
#include "support/vectors.hpp"

namespace cogos::test {
namespace {

class Unseal : public CliTest {
 protected:
  Outcome unseal(const Json& rows, const std::string& key_pem) {
    return run({"unseal", "--rows", file("rows", rows.dump()), "--key", file("key.pem", key_pem)});
  }
  static std::vector<Json> lines(const Outcome& outcome) {
    std::vector<Json> found;
    std::istringstream text(outcome.out);
    for (std::string line; std::getline(text, line);) found.push_back(Json::parse(line));
    return found;
  }

  const Json vectors_ = load_vectors("audit_chain");
  const Json chain_ = vectors_["chains"][0];
  const std::string key_ = vectors_["recipient_private_pem"];
};

TEST_F(Unseal, PrintsOneLineARow) {
  const auto outcome = unseal(chain_, key_);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const auto found = lines(outcome);
  ASSERT_EQ(found.size(), chain_.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i]["seq"], i + 1);
    EXPECT_EQ(found[i]["tenant_id"], chain_[i]["tenant_id"]);
    EXPECT_EQ(found[i]["app_id"], chain_[i]["app_id"]);
    EXPECT_TRUE(found[i]["content"].is_object());
    EXPECT_TRUE(found[i]["content"].contains("request_id"));
  }
}

TEST_F(Unseal, FailsWithAnotherKey) {
  const auto outcome = unseal(chain_, x25519_private_pem(9));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.complains("acme/_default seq 1: "));
}

TEST_F(Unseal, GoesOnAfterARowThatDoesNotOpen) {
  Json rows = chain_;
  rows[2]["sealed_content"] = rows[1]["sealed_content"];
  const auto outcome = unseal(rows, key_);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(lines(outcome).size(), chain_.size() - 1);
  EXPECT_TRUE(outcome.complains("seq 3: "));
}

TEST_F(Unseal, ReportsPrunedRowsWithoutFailing) {
  const Json& pruned = vectors_["pruned"];
  const auto outcome = unseal(pruned["rows"], key_);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(lines(outcome).size(), pruned["rows"].size() - pruned["pruned_rows"].get<std::size_t>());
  EXPECT_TRUE(outcome.complains("seq 1: pruned"));
}

TEST_F(Unseal, RefusesAKeyOfAnotherKind) {
  EXPECT_EQ(unseal(chain_, ed25519_private_pem(9)).code, 2);
  EXPECT_EQ(unseal(chain_, "no key").code, 2);
  const auto outcome = run({"unseal", "--rows", file("rows", chain_.dump()), "--key", path("absent")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains("No such file"));
  EXPECT_EQ(run({"unseal", "--rows", path("absent"), "--key", file("key.pem", key_)}).code, 2);
}

}  // namespace
}  // namespace cogos::test
