#include "cli/admin_call.hpp"
#include "cli/fake_transport.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"

namespace cogos::test {
namespace {

class AdminKeys : public AdminTest {
 protected:
  Outcome keys(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "keys");
    return admin(arguments);
  }
};

class Issue : public AdminKeys {
 protected:
  Issue() {
    transport_.status = 201;
    transport_.body = issued_.dump();
  }
  void expect_no_secret(const Outcome& outcome) const {
    for (const char* name : {"api_key", "hmac_secret", "x25519_private_pem", "future_secret"}) {
      const std::string secret = issued_[name];
      EXPECT_FALSE(outcome.says(secret) || outcome.complains(secret)) << name;
    }
    EXPECT_FALSE(outcome.says("PRIVATE KEY"));
  }

  const Json issued_ = {{"key_id", "k-1"},
                        {"tenant_id", "acme"},
                        {"app_id", "_default"},
                        {"scheme", "bearer"},
                        {"expires_at", nullptr},
                        {"api_key", "sk-cogos-00112233445566778899aabbccddeeff"},
                        {"hmac_secret", std::string(64, 'e')},
                        {"x25519_private_pem", x25519_private_pem(3)},
                        {"future_secret", "not known to this version"},
                        {"warning", "shown this once"}};
};

TEST_F(Issue, AProbesKeyIsAskedForAsSuch) {
  EXPECT_EQ(keys({"issue", "--tenant", "watch", "--probe"}).code, 0);
  EXPECT_EQ(sent(), (Json{{"tenant_id", "watch"}, {"tenant_type", "probe"}}));
  EXPECT_EQ(keys({"issue", "--tenant", "watch", "--probe", "--scheme", "ed25519"}).code, 2);
  EXPECT_EQ(transport_.requests.size(), 1U);
}

TEST_F(Issue, SendsWhatWasAskedFor) {
  const auto outcome = keys({"issue", "--tenant", "acme", "--app", "billing", "--label", "a \"label\"",
                             "--tier", "t1", "--package", "team", "--scheme", "bearer", "--expires-at",
                             "2027-01-31T01:00:00+01:00", "--audit-content", "full"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(transport_.requests.size(), 1U);
  EXPECT_EQ(transport_.requests[0].method, "POST");
  EXPECT_EQ(transport_.requests[0].path, "/admin/keys");
  EXPECT_EQ(transport_.requests[0].server, cli::kDefaultServer);
  EXPECT_EQ(sent(), (Json{{"tenant_id", "acme"},
                          {"app_id", "billing"},
                          {"label", "a \"label\""},
                          {"tier", "t1"},
                          {"package_id", "team"},
                          {"scheme", "bearer"},
                          {"expires_at_iso", "2027-01-31T00:00:00.000Z"},
                          {"audit_content", "full"}}));
}

TEST_F(Issue, LeavesOutWhatWasNotSaid) {
  EXPECT_EQ(keys({"issue", "--tenant", "acme"}).code, 0);
  EXPECT_EQ(sent(), (Json{{"tenant_id", "acme"}}));
}

TEST_F(Issue, PrintsTheSecretsWhereNothingElseIsAsked) {
  const auto text = keys({"issue", "--tenant", "acme"});
  EXPECT_TRUE(text.says("api_key: sk-cogos-00112233445566778899aabbccddeeff"));
  EXPECT_TRUE(text.says("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_TRUE(text.says("warning: shown this once"));
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--json"}).json(), issued_);
}

TEST_F(Issue, SavesTheSecretsInsteadOfPrintingThem) {
  for (const std::string json : {"", "--json"}) {
    const std::string name = "saved" + json;
    std::vector<std::string> arguments{"issue", "--tenant", "acme", "--out", path(name)};
    if (!json.empty()) arguments.push_back(json);
    const auto outcome = keys(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    expect_no_secret(outcome);
    EXPECT_TRUE(outcome.says("k-1"));
    EXPECT_TRUE(outcome.says(path(name + "/api_key")));
    EXPECT_EQ(mode(name), 0700U);
    for (const char* secret : {"api_key", "hmac_secret", "x25519_private_pem"}) {
      EXPECT_EQ(content(name + "/" + secret), issued_[secret].get<std::string>());
      EXPECT_EQ(mode(name + "/" + secret), 0600U);
    }
    EXPECT_FALSE(exists(name + "/private_pem"));
    EXPECT_FALSE(exists(name + "/future_secret"));
    if (!json.empty()) {
      EXPECT_EQ(outcome.json()["saved"].size(), 3U);
    }
  }
}

TEST_F(Issue, AsksForNothingWhereTheSecretsHadNoPlace) {
  ASSERT_EQ(keys({"issue", "--tenant", "acme", "--out", path("saved")}).code, 0);
  const auto again = keys({"issue", "--tenant", "acme", "--out", path("saved")});
  EXPECT_EQ(again.code, 2);
  EXPECT_TRUE(again.complains("never overwritten"));
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--out", path("absent/saved")}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--out", file("plain", "")}).code, 2);
  EXPECT_EQ(transport_.requests.size(), 1U);
  EXPECT_EQ(content("saved/api_key"), issued_["api_key"].get<std::string>());
}

TEST_F(Issue, LeavesNoFilesWhereTheServerRefused) {
  transport_.status = 400;
  transport_.body =
      R"({"error":{"message":"no such package","type":"validation_failed","errors":["package_id"]}})";
  const auto outcome = keys({"issue", "--tenant", "acme", "--package", "x", "--out", path("saved")});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.complains("400 (validation_failed): no such package"));
  EXPECT_FALSE(exists("saved/api_key"));
  EXPECT_FALSE(exists("saved/hmac_secret"));
}

TEST_F(Issue, SendsTheCustomersOwnKeys) {
  ASSERT_EQ(run({"keygen", "ed25519", "--out", path("sign")}).code, 0);
  ASSERT_EQ(run({"keygen", "x25519", "--out", path("seal")}).code, 0);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--pubkey", path("sign.pub.pem"), "--x25519-pubkey",
                  path("seal.pub.pem")})
                .code,
            0);
  EXPECT_EQ(sent()["scheme"], "ed25519");
  EXPECT_EQ(sent()["pubkey_pem"], content("sign.pub.pem"));
  EXPECT_EQ(sent()["x25519_pubkey_pem"], content("seal.pub.pem"));
}

TEST_F(Issue, NeverSendsAPrivateKey) {
  ASSERT_EQ(run({"keygen", "ed25519", "--out", path("sign")}).code, 0);
  ASSERT_EQ(run({"keygen", "x25519", "--out", path("seal")}).code, 0);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--pubkey", path("sign.pem")}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--x25519-pubkey", path("seal.pem")}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--pubkey", path("seal.pub.pem")}).code, 2);
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(Issue, RefusesWhatCannotBeMeant) {
  ASSERT_EQ(run({"keygen", "ed25519", "--out", path("sign")}).code, 0);
  EXPECT_EQ(keys({"issue"}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--scheme", "basic"}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--audit-content", "some"}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--expires-at", "tomorrow"}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--label", "\xff"}).code, 2);
  EXPECT_EQ(keys({"issue", "--tenant", "acme", "--scheme", "bearer", "--pubkey", path("sign.pub.pem")}).code,
            2);
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(AdminKeys, ListsATable) {
  transport_.body = R"({"keys":[
    {"key_id":"k-1","tenant_id":"acme","app_id":"_default","scheme":"bearer","package_id":"team","tier":"a",
     "expires_at":null,"revoked_at":null,"label":"f\u00fcr \u001b[2J"},
    {"key_id":"k-22","tenant_id":"acme","app_id":"billing","scheme":"ed25519","package_id":"team","tier":"a",
     "expires_at":"2027-01-31T00:00:00.000Z","revoked_at":"2026-11-23T20:01:01.037Z","label":""},
    {"key_id":"k-3","tenant_id":"acme","app_id":"_default","scheme":"bearer","package_id":"team","tier":"a",
     "expires_at":null,"revoked_at":null,"suspended_at":"2026-11-23T20:01:01.037Z","active":false,"label":""}]})";
  const auto outcome = keys({"list", "--tenant", "acme", "--app", "a b"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(transport_.requests[0].method, "GET");
  EXPECT_EQ(transport_.requests[0].path, "/admin/keys?tenant_id=acme&app_id=a%20b");
  EXPECT_TRUE(outcome.says("KEY ID  TENANT  APP "));
  EXPECT_TRUE(outcome.says("k-1     acme    _default  bearer "));
  EXPECT_TRUE(outcome.says("  active     f\xc3\xbcr \\x1b[2J\n")) << outcome.out;
  EXPECT_TRUE(outcome.says("  revoked  ")) << outcome.out;
  EXPECT_TRUE(outcome.says("  suspended  ")) << outcome.out;
}

TEST_F(AdminKeys, ListsAsJson) {
  transport_.body = R"({"keys":[{"key_id":"k-1"}]})";
  EXPECT_EQ(keys({"list", "--json"}).json(), Json::parse(transport_.body));
  EXPECT_EQ(transport_.requests[0].path, "/admin/keys");
  transport_.body = R"({"keys":[]})";
  EXPECT_EQ(keys({"list"}).code, 0);
  for (const std::string body : {"{}", R"({"keys":5})", R"({"keys":[5]})", "[]", "<html>"}) {
    transport_.body = body;
    EXPECT_EQ(keys({"list"}).code, 2) << body;
  }
}

TEST_F(AdminKeys, Revokes) {
  transport_.body = R"({"revoked":true,"key_id":"k/1","chain_head_after":"0"})";
  const auto outcome = keys({"revoke", "k/1"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "revoked k/1\n");
  EXPECT_EQ(transport_.requests[0].method, "POST");
  EXPECT_EQ(transport_.requests[0].path, "/admin/keys/k%2F1/revoke");
  EXPECT_EQ(keys({"revoke", "k/1", "--json"}).json()["revoked"], true);
  EXPECT_EQ(keys({"revoke"}).code, 2);
  EXPECT_EQ(keys({"revoke", ""}).code, 2);
}

TEST_F(AdminKeys, ARefusalIsANoAndNoAnswerIsNone) {
  transport_.status = 404;
  transport_.body = R"({"error":{"message":"no such key","type":"not_found"}})";
  const auto refused = keys({"revoke", "k-1"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.complains("the server answered 404 (not_found): no such key"));
  transport_.status = 503;
  EXPECT_EQ(keys({"revoke", "k-1"}).code, 2);
  transport_.status = 302;
  EXPECT_EQ(keys({"revoke", "k-1"}).code, 2);
  transport_.failure = Error(ErrorCode::upstream_error, "cannot connect", "connection refused");
  const auto unreachable = keys({"revoke", "k-1"});
  EXPECT_EQ(unreachable.code, 2);
  EXPECT_TRUE(unreachable.complains("cannot connect (connection refused)"));
}

TEST_F(AdminKeys, TakesTheKeyFromAFileOrTheEnvironment) {
  transport_.body = R"({"keys":[]})";
  EXPECT_EQ(keys({"list"}).code, 0);
  EXPECT_EQ(keys({"list", "--admin-key-file", file("key", "from-the-file\n")}).code, 0);
  EXPECT_EQ(transport_.keys, (std::vector<std::string>{std::string(kAdminKey), "from-the-file"}));
  EXPECT_EQ(keys({"list", "--admin-key-file", path("absent")}).code, 2);
  EXPECT_EQ(keys({"list", "--admin-key-file", file("bad", "two\r\nHost: x\n")}).code, 2);
  EXPECT_EQ(keys({"list", "--admin-key-file", file("empty", "\n")}).code, 2);
  environment_.clear();
  const auto without = keys({"list"});
  EXPECT_EQ(without.code, 2);
  EXPECT_TRUE(without.complains("COGOS_ADMIN_KEY"));
  EXPECT_EQ(transport_.requests.size(), 2U);
}

TEST_F(AdminKeys, NeverTakesTheKeyFromAnArgument) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"list", "--admin-key", std::string(kAdminKey)},
        {"list", "--admin-key=" + std::string(kAdminKey)}}) {
    const auto outcome = keys(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(outcome.complains("unknown option --admin-key\n")) << outcome.err;
  }
}

TEST_F(AdminKeys, GoesToTheServerNamed) {
  transport_.body = R"({"keys":[]})";
  environment_["COGOS_SERVER"] = "https://ops.example.com";
  EXPECT_EQ(keys({"list"}).code, 0);
  EXPECT_EQ(keys({"list", "--server", "https://[::1]:9443/", "--ca", file("ca", "PEM")}).code, 0);
  ASSERT_EQ(transport_.requests.size(), 2U);
  EXPECT_EQ(transport_.requests[0].server, "https://ops.example.com");
  EXPECT_FALSE(transport_.requests[0].ca_pem.has_value());
  EXPECT_EQ(transport_.requests[1].server, "https://[::1]:9443");
  EXPECT_EQ(transport_.requests[1].ca_pem, "PEM");
}

TEST_F(AdminKeys, SendsNothingInClearOrAstray) {
  for (const std::string url : {"http://127.0.0.1:8443", "127.0.0.1:8443", "https://", "https://a/b",
                                "https://u@h", "https://a b", "https://a?b", "https://a#b"}) {
    EXPECT_EQ(keys({"list", "--server", url}).code, 2) << url;
  }
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(AdminKeys, ABuildWithoutATransportSaysSo) {
  server_.admin = nullptr;
  EXPECT_EQ(keys({"list"}).code, 2);
}

}  // namespace
}  // namespace cogos::test
