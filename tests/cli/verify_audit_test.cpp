#include "cli/cli_test.hpp"
#include "support/vectors.hpp"

namespace cogos::test {
namespace {

class VerifyAudit : public CliTest {
 protected:
  Outcome verify(const std::string& rows, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"verify", "audit", "--rows", file("rows", rows)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  static std::string head_of(const Json& rows) { return rows.back()["row_hash"]; }
  static Json slice(const Json& rows, std::size_t from, std::size_t to) {
    return Json(std::vector<Json>(rows.begin() + static_cast<std::ptrdiff_t>(from),
                                  rows.begin() + static_cast<std::ptrdiff_t>(to)));
  }

  const Json vectors_ = load_vectors("audit_chain");
  const Json chain_ = vectors_["chains"][0];
};

TEST_F(VerifyAudit, HoldsForEveryChain) {
  for (const Json& chain : vectors_["chains"]) {
    const auto outcome = verify(chain.dump());
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
    EXPECT_TRUE(outcome.says("holds, " + std::to_string(chain.size()) + " row"));
    EXPECT_TRUE(outcome.says(head_of(chain)));
  }
}

TEST_F(VerifyAudit, NamesPlaceAndReasonOfEveryBreak) {
  for (const Json& bad : vectors_["bad"]) {
    const auto outcome = verify(bad["rows"].dump());
    EXPECT_EQ(outcome.code, 1) << bad["why"];
    EXPECT_TRUE(outcome.says("BROKEN at seq "));
    // A foreign row is sorted into a chain of its own; what is left has a gap.
    if (bad["reason"] == "wrong_chain") {
      EXPECT_TRUE(outcome.says("seq_gap")) << outcome.out;
      continue;
    }
    const std::string place = std::to_string(bad["broke_at_seq"].get<int>());
    EXPECT_TRUE(outcome.says("BROKEN at seq " + place + ": " + bad["reason"].get<std::string>()))
        << bad["why"] << outcome.out;
  }
}

TEST_F(VerifyAudit, ReportsABreakAsJson) {
  const Json& bad = vectors_["bad"][0];
  const auto outcome = verify(bad["rows"].dump(), {"--json"});
  EXPECT_EQ(outcome.code, 1);
  const Json report = outcome.json();
  EXPECT_EQ(report["holds"], false);
  EXPECT_EQ(report["chains"][0]["holds"], false);
  EXPECT_EQ(report["chains"][0]["break"]["seq"], bad["broke_at_seq"]);
  EXPECT_EQ(report["chains"][0]["break"]["reason"], bad["reason"]);
  EXPECT_EQ(report["chains"][0]["rows"], 2);
}

TEST_F(VerifyAudit, FollowsChainsThatAreMixed) {
  Json mixed = Json::array();
  for (std::size_t i = 0; i < 6; ++i) {
    for (const Json& chain : vectors_["chains"]) {
      if (i < chain.size()) mixed.push_back(chain[i]);
    }
  }
  const auto outcome = verify(mixed.dump(), {"--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  const Json report = outcome.json();
  ASSERT_EQ(report["chains"].size(), vectors_["chains"].size());
  for (std::size_t i = 0; i < report["chains"].size(); ++i) {
    EXPECT_EQ(report["chains"][i]["head_hash"], head_of(vectors_["chains"][i]));
    EXPECT_EQ(report["chains"][i]["break"], nullptr);
  }
}

TEST_F(VerifyAudit, TakesPagesAsReceived) {
  const auto page = [this](std::size_t from, std::size_t to) {
    return Json{{"rows", slice(chain_, from, to)}, {"chain_ok", true}, {"next_cursor", 5}}.dump() + "\n";
  };
  const auto outcome = verify(page(0, 3) + page(2, 5) + page(5, 6), {"--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.json()["repeated"], 1);
  EXPECT_EQ(outcome.json()["chains"][0]["rows"], 6);
  EXPECT_EQ(verify(page(0, 2) + page(3, 6)).code, 1);
}

TEST_F(VerifyAudit, SaysThatASliceIsOne) {
  const auto outcome = verify(slice(chain_, 2, 6).dump());
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.says("a slice")) << outcome.out;
  EXPECT_TRUE(outcome.says(chain_[1]["row_hash"].get<std::string>()));
}

TEST_F(VerifyAudit, CountsPrunedRows) {
  const auto outcome = verify(vectors_["pruned"]["rows"].dump(), {"--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.json()["chains"][0]["pruned"], vectors_["pruned"]["pruned_rows"]);
  EXPECT_TRUE(verify(vectors_["pruned"]["rows"].dump()).says("pruned"));
}

TEST_F(VerifyAudit, ComparesTheHeadExpected) {
  EXPECT_EQ(verify(chain_.dump(), {"--expect-head", head_of(chain_)}).code, 0);
  // The last row cut off leaves a chain that holds, and another head.
  const auto cut = verify(slice(chain_, 0, 5).dump(), {"--expect-head", head_of(chain_)});
  EXPECT_EQ(cut.code, 1);
  EXPECT_TRUE(cut.says("head_mismatch")) << cut.out;
  EXPECT_EQ(verify("[]", {"--expect-head", head_of(chain_)}).code, 1);
}

TEST_F(VerifyAudit, RefusesAHeadThatIsNone) {
  for (const std::string head : {"", "abc", "ABCD"}) {
    const auto outcome = verify(chain_.dump(), {"--expect-head", head});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(outcome.complains("64 lower-case hex"));
  }
}

TEST_F(VerifyAudit, RefusesWhatAreNoRows) {
  for (const std::string text : {"", "no json", "{\"error\":{}}", "[1,2"}) {
    const auto outcome = verify(text);
    EXPECT_NE(outcome.code, 0) << text;
    EXPECT_FALSE(outcome.out.empty() && outcome.err.empty()) << text;
  }
  EXPECT_EQ(verify("no json").code, 2);
}

TEST_F(VerifyAudit, SaysThatThereWasNothingToCheck) {
  const auto outcome = verify("[]");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.says("nothing to check"));
}

TEST_F(VerifyAudit, ReadsStandardInput) {
  EXPECT_EQ(run({"verify", "audit", "--rows", "-"}, chain_.dump()).code, 0);
}

TEST_F(VerifyAudit, NamesAFileItCannotRead) {
  const auto outcome = run({"verify", "audit", "--rows", path("absent")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(outcome.complains(path("absent") + ": No such file"));
}

TEST_F(VerifyAudit, DoesNotSteerTheTerminal) {
  Json rows = chain_;
  for (Json& row : rows) row["tenant_id"] = "\x1b[2Jacme\xc2\x9b";
  const auto outcome = verify(rows.dump());
  EXPECT_EQ(outcome.code, 1);
  EXPECT_FALSE(outcome.says("\x1b"));
  EXPECT_FALSE(outcome.says("\xc2\x9b"));
}

}  // namespace
}  // namespace cogos::test
