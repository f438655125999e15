#include "cli/fake_transport.hpp"

namespace cogos::test {
namespace {

TEST_F(AdminTest, PackagesAreListedAsATable) {
  transport_.body = Json{{"packages", Json::array({{{"id", "team"},
                                                    {"display_name", "Team"},
                                                    {"monthly_usd", 99},
                                                    {"rpm_limit", 120},
                                                    {"allowed_model_tiers", {"cogos-tier-a"}},
                                                    {"is_default", true},
                                                    {"active", true}}})}}
                        .dump();
  const auto table = admin({"packages", "list"});
  EXPECT_EQ(asked(), "GET /admin/packages");
  EXPECT_EQ(table.code, 0);
  EXPECT_TRUE(table.says("ID    NAME  USD/MONTH  RPM"));
  EXPECT_TRUE(table.says("team  Team  99         120  -"));
  EXPECT_TRUE(table.says("[\"cogos-tier-a\"]  true     true\n"));
  EXPECT_EQ(admin({"packages", "list", "--json"}).json()["packages"].size(), 1U);
  transport_.body = "{}";
  EXPECT_EQ(admin({"packages", "list"}).code, 2);
}

TEST_F(AdminTest, APackageIsMadeOfWhatWasSaid) {
  EXPECT_EQ(admin({"packages",
                   "create",
                   "pilot",
                   "--display-name",
                   "Pilot",
                   "--description",
                   "to try",
                   "--monthly-usd",
                   "5",
                   "--rpm",
                   "60",
                   "--monthly-quota",
                   "1000",
                   "--daily-calls",
                   "100",
                   "--daily-tokens",
                   "9000",
                   "--max-prompt-tokens",
                   "800",
                   "--tiers",
                   "cogos-tier-a,cogos-tier-b",
                   "--default",
                   "false",
                   "--active",
                   "true"})
                .code,
            0);
  EXPECT_EQ(asked(), "POST /admin/packages");
  EXPECT_EQ(sent(), (Json{{"id", "pilot"},
                          {"display_name", "Pilot"},
                          {"description", "to try"},
                          {"monthly_usd", 5},
                          {"rpm_limit", 60},
                          {"monthly_request_quota", 1000},
                          {"daily_request_cap", 100},
                          {"daily_token_cap", 9000},
                          {"max_prompt_tokens_per_call", 800},
                          {"allowed_model_tiers", {"cogos-tier-a", "cogos-tier-b"}},
                          {"is_default", false},
                          {"active", true}}));
}

TEST_F(AdminTest, AnUpdateSaysOnlyWhatChanges) {
  const auto done = admin({"packages", "update", "a/b", "--rpm", "0"});
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.out, "updated a/b\n");
  EXPECT_EQ(asked(), "PUT /admin/packages/a%2Fb");
  EXPECT_EQ(sent(), (Json{{"rpm_limit", 0}}));
}

TEST_F(AdminTest, ADeletionThatIsRefusedIsANo) {
  EXPECT_EQ(admin({"packages", "delete", "pilot"}).out, "deleted pilot\n");
  EXPECT_EQ(asked(), "DELETE /admin/packages/pilot");
  transport_.status = 409;
  transport_.body = R"({"error":{"message":"it is the default","type":"conflict"}})";
  const auto refused = admin({"packages", "delete", "free"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.complains("409 (conflict): it is the default"));
}

TEST_F(AdminTest, PackagesThatCannotBeAreNotSent) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"packages", "create"},
                                             {"packages", "update", ""},
                                             {"packages", "delete", ""},
                                             {"packages", "create", "x", "--rpm", "many"},
                                             {"packages", "create", "x", "--rpm", "-1"},
                                             {"packages", "create", "x\xff"}}) {
    EXPECT_EQ(admin(arguments).code, 2);
  }
  EXPECT_TRUE(transport_.requests.empty());
}

}  // namespace
}  // namespace cogos::test
