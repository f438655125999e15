#include "cli/fake_transport.hpp"

namespace cogos::test {
namespace {

class Usage : public AdminTest {
 protected:
  Usage() {
    transport_.body = Json{
        {"rows", Json::array({{{"ts", "2026-01-31T00:00:00.000Z"},
                               {"tenant_id", "acme"},
                               {"app_id", "billing"},
                               {"seq", 7},
                               {"route", "/v1/chat/completions"},
                               {"status", "success"},
                               {"http_status", 200},
                               {"model", nullptr},
                               {"total_tokens", 41},
                               {"latency_ms", 12},
                               {"package_id", "te\x1b[2Jam"},
                               {"key_id", "k-1"}}})},
        {"next_cursor", 99},
        {"more", true}}.dump();
  }
};

TEST_F(Usage, AsksForWhatWasSaid) {
  EXPECT_EQ(admin({"usage"}).code, 0);
  EXPECT_EQ(asked(), "GET /admin/usage?limit=100");
  transport_.requests.clear();
  EXPECT_EQ(admin({"usage", "--since", "2026-01-31T01:00:00+01:00", "--tenant", "a b", "--cursor", "5",
                   "--limit", "7"})
                .code,
            0);
  EXPECT_EQ(asked(), "GET /admin/usage?limit=7&cursor=5&tenant_id=a%20b&since=1769817600000");
}

TEST_F(Usage, PrintsATableThatCannotSteerATerminal) {
  const auto table = admin({"usage"});
  EXPECT_TRUE(table.says("TENANT  APP      SEQ  ROUTE                 STATUS   HTTP  MODEL  TOKENS  MS"));
  EXPECT_TRUE(table.says("acme    billing  7    /v1/chat/completions  success  200   -      41      12"));
  EXPECT_FALSE(table.says("\x1b"));
  EXPECT_TRUE(table.says("go on with --cursor 99"));
  EXPECT_EQ(admin({"usage", "--json"}).json()["rows"][0]["seq"], 7);
}

TEST_F(Usage, WhatCannotBeIsNotSent) {
  EXPECT_EQ(admin({"usage", "--since", "yesterday"}).code, 2);
  EXPECT_EQ(admin({"usage", "--limit", "0"}).code, 2);
  EXPECT_EQ(admin({"usage", "--limit", "1001"}).code, 2);
  EXPECT_TRUE(transport_.requests.empty());
  transport_.body = R"({"rows":[1]})";
  EXPECT_EQ(admin({"usage"}).code, 2);
}

TEST_F(AdminTest, HealthSaysWhatTheServerSaysAndItsExitCodeIsTheAnswer) {
  transport_.body = R"({"audit_queue_depth":0,"checks_failed":[],"ok":true})";
  const auto well = admin({"health"});
  EXPECT_EQ(asked(), "GET /admin/health/deep");
  EXPECT_EQ(well.code, 0);
  EXPECT_EQ(well.out, "audit_queue_depth: 0\nchecks_failed: []\nok: true\n");
  transport_.status = 503;
  transport_.body = R"({"checks_failed":["chain"],"ok":false})";
  const auto ill = admin({"health", "--json"});
  EXPECT_EQ(ill.code, 1);
  EXPECT_EQ(ill.out, transport_.body + "\n");
}

TEST_F(AdminTest, HealthOfAServerThatDoesNotSayIsNoAnswer) {
  transport_.status = 503;
  transport_.body = R"({"error":{"message":"too many requests","type":"overloaded"}})";
  const auto busy = admin({"health"});
  EXPECT_EQ(busy.code, 2);
  EXPECT_TRUE(busy.complains("503 (overloaded): too many requests"));
  transport_.status = 401;
  transport_.body = R"({"error":{"message":"no","type":"invalid_admin_credentials"}})";
  EXPECT_EQ(admin({"health"}).code, 1);
  transport_.status = 200;
  transport_.body = "{}";
  EXPECT_EQ(admin({"health"}).code, 2);
}

TEST_F(AdminTest, MetricsArePrintedAsTheyAre) {
  transport_.body = "# HELP a b\n# TYPE a gauge\na 1\n";
  const auto text = admin({"metrics"});
  EXPECT_EQ(asked(), "GET /metrics");
  EXPECT_EQ(text.code, 0);
  EXPECT_EQ(text.out, transport_.body);
  EXPECT_EQ(admin({"metrics", "--json"}).json()["metrics"], transport_.body);
  transport_.body = "<html>";
  EXPECT_EQ(admin({"metrics"}).code, 2);
  transport_.status = 404;
  transport_.body = R"({"error":{"message":"there is nothing","type":"not_found"}})";
  EXPECT_EQ(admin({"metrics"}).code, 1);
}

TEST_F(AdminTest, QuarantinedKeysAreListedWithTheirEvidence) {
  transport_.body = Json{{"keys", Json::array({{{"key_id", "k-1"},
                                                {"tenant_id", "acme"},
                                                {"app_id", "billing"},
                                                {"quarantined_at", "2026-01-31T00:00:00.000Z"},
                                                {"evidence",
                                                 {{"address", "203.0.113.9"},
                                                  {"pattern", "dot_env"},
                                                  {"order", "key_first"},
                                                  {"apart_ms", 1200}}}},
                                               {{"key_id", "k-2"}, {"evidence", nullptr}}})}}
                        .dump();
  const auto table = admin({"keys", "quarantined"});
  EXPECT_EQ(asked(), "GET /admin/keys/quarantined");
  EXPECT_TRUE(table.says("2026-01-31T00:00:00.000Z  203.0.113.9  dot_env  key_first  1200\n"));
  EXPECT_TRUE(table.says("k-2     -"));
  EXPECT_EQ(admin({"keys", "quarantined", "--json"}).json()["keys"].size(), 2U);
  transport_.body = "[]";
  EXPECT_EQ(admin({"keys", "quarantined"}).code, 2);
}

TEST_F(AdminTest, AQuarantineIsClearedByItsKeysId) {
  const auto cleared = admin({"keys", "clear-quarantine", "k/1"});
  EXPECT_EQ(cleared.out, "in use again: k/1\n");
  EXPECT_EQ(asked(), "POST /admin/keys/k%2F1/clear-quarantine");
  EXPECT_EQ(admin({"keys", "clear-quarantine", ""}).code, 2);
  transport_.status = 409;
  transport_.body = R"({"error":{"message":"not quarantined","type":"conflict"}})";
  EXPECT_EQ(admin({"keys", "clear-quarantine", "k-2"}).code, 1);
}

}  // namespace
}  // namespace cogos::test
