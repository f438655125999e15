#include <gtest/gtest.h>

#include <functional>

#include "api/account.hpp"
#include "api/admin_keys.hpp"
#include "api/audit.hpp"
#include "api/chat_completions.hpp"
#include "api/scripted_engine.hpp"
#include "crypto/system_random.hpp"
#include "http/query.hpp"
#include "http/router.hpp"
#include "keys/mint.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() {
    chat.add_routes(router);
    account.add_routes(router);
    audit.add_routes(router);
    admin_keys.add_routes(router);
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "free";
    key = std::make_shared<const keys::KeyRecord>(keys::mint(order, clock.now(), dek, random)->record);
  }

  Result<http::Response> call(const std::string& method, const std::string& target,
                              const std::string& body = {}) {
    exchange = std::make_unique<http::Exchange>();
    exchange->id = "req-1";
    exchange->principal = key;
    exchange->request.method = method;
    exchange->request.target = target;
    exchange->request.body = body;
    const auto match = router.find(method, exchange->request.path());
    exchange->path_parameters = match.parameters;
    return test::run_task(match.route->handler(*exchange));
  }
  Json body_of(const std::string& method, const std::string& target, const std::string& body = {}) {
    const auto response = call(method, target, body);
    EXPECT_TRUE(response) << response.error().message();
    EXPECT_EQ(canonicalize_json(response->body).value(), response->body) << "bodies are canonical";
    return base::parse_json(response->body).value();
  }
  void append(const std::string& app) {
    proof::RowDraft row;
    row.chain = {"acme", app};
    row.method = "POST";
    row.seal = proof::PendingSeal::prepare(*key->sealing_key, "{}", random).value();
    log.append(std::move(row), [](const Result<proof::ChainHead>& head) { ASSERT_TRUE(head); });
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  keys::Dek dek = keys::Dek::from_hex(std::string(64, 'e')).value();
  keys::Keyring keyring{{}, keys::seed_packages()};
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  test::MemoryAuditLog log{clock};
  test::MemoryKeyStore store{log};
  keys::OperatorRows operator_rows{signer, random, std::nullopt};
  ModelCatalog catalog{{{"cogos-tier-a", "big"}, {"cogos-tier-b", "small"}}};
  ScriptedEngine engine;
  std::shared_ptr<http::Budget> memory = std::make_shared<http::Budget>(64 * 1024);
  ChatCompletionsApi chat{engine, catalog, keyring, *memory, clock};
  AccountApi account{keyring, catalog, clock};
  AuditApi audit{log, signer, clock};
  AdminKeysApi admin_keys{{store, keyring, dek, operator_rows, clock, random}};
  http::Router router;
  std::shared_ptr<const keys::KeyRecord> key;
  std::unique_ptr<http::Exchange> exchange;
};

constexpr const char* kHello = R"({"messages":[{"role":"user","content":"hello"}]})";
constexpr const char* kNumbered =
    R"({"model":"cogos-tier-b","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema",
        "json_schema":{"name":"one","schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}}})";

TEST_F(ApiTest, AChatAnswerHasTheExpectedShapeAndHeaders) {
  engine.answer = engine::InferenceReply{"hi", "stop", 3, 1};
  const Json body = body_of("POST", "/v1/chat/completions", kHello);
  EXPECT_EQ(body.at("object"), "chat.completion");
  EXPECT_EQ(body.at("model"), "cogos-tier-b") << "the package's first model where none was named";
  EXPECT_EQ(body.at("choices").at(0).at("message").at("content"), "hi");
  EXPECT_EQ(body.at("usage").at("total_tokens"), 4);
  EXPECT_EQ(body.at("cogos").at("schema_enforced"), false);
  EXPECT_EQ(body.at("cogos").at("request_id"), "req-1");
  EXPECT_EQ(engine.last.model, "small") << "the alias was resolved";
  EXPECT_EQ(exchange->facts.completion_tokens, 1U);
}

TEST_F(ApiTest, SchemaEnforcedMeansThatTheTextWasChecked) {
  engine.answer = engine::InferenceReply{R"({"n":1})", "stop", 1, 1};
  const auto response = call("POST", "/v1/chat/completions", kNumbered);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->headers.find("X-Cogos-Schema-Enforced"), "1");
  EXPECT_TRUE(exchange->facts.schema_enforced);
  EXPECT_EQ(exchange->facts.schema_name, "one");
  for (const char* text : {R"({"n":"1"})", "{}", "not json", "", R"({"n":1} and more)"}) {
    engine.answer = engine::InferenceReply{text, "stop", 1, 1};
    const auto refused = call("POST", "/v1/chat/completions", kNumbered);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code(), ErrorCode::upstream_schema_violation) << text;
    EXPECT_FALSE(exchange->facts.schema_enforced);
  }
}

TEST_F(ApiTest, AModelOutsideThePackageIsDeniedAndNotCalled) {
  for (const char* model : {"cogos-tier-a", "small", "gpt-4"}) {
    const auto refused =
        call("POST", "/v1/chat/completions",
             R"({"messages":[{"role":"user","content":"x"}],"model":")" + std::string(model) + "\"}");
    ASSERT_FALSE(refused) << model;
    EXPECT_EQ(refused.error().code(), ErrorCode::model_tier_denied);
  }
  const Json models = body_of("GET", "/v1/models");
  ASSERT_EQ(models.at("data").size(), 1U);
  EXPECT_EQ(models.at("data").at(0).at("id"), "cogos-tier-b");
  EXPECT_EQ(models.at("data").at(0).at("cogos_resolves_to"), "small");
}

TEST_F(ApiTest, AKeyIsACustomersWhereItIsNotOrderedForAProbe) {
  const auto type = [this](const std::string& more) {
    const auto issued = call("POST", "/admin/keys", R"({"tenant_id":"watch")" + more + "}");
    return issued ? base::parse_json(issued->body).value()["tenant_type"].get<std::string>()
                  : "refused for " + issued.error().param();
  };
  EXPECT_EQ(type(""), "customer");
  EXPECT_EQ(type(R"(,"tenant_type":"customer")"), "customer");
  EXPECT_EQ(type(R"(,"tenant_type":"probe")"), "probe");
  EXPECT_EQ(type(R"(,"tenant_type":"probe","scheme":"bearer")"), "probe");
  EXPECT_EQ(type(R"(,"tenant_type":"operator")"), "refused for tenant_type");
  EXPECT_EQ(type(R"(,"tenant_type":["probe"])"), "refused for tenant_type");
  EXPECT_EQ(type(R"(,"tenant_type":"probe","scheme":"ed25519")"), "refused for scheme");
}

TEST_F(ApiTest, EnginesFailuresComeThrough) {
  engine.answer = Error(ErrorCode::upstream_timeout, "slow");
  EXPECT_EQ(call("POST", "/v1/chat/completions", kHello).error().code(), ErrorCode::upstream_timeout);
  EXPECT_EQ(call("POST", "/v1/chat/completions", "[]").error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(call("POST", "/v1/chat/completions", "{").error().code(), ErrorCode::invalid_request);
}

TEST_F(ApiTest, MeNamesEveryMemberOfTheContract) {
  const Json me = body_of("GET", "/v1/me");
  for (const char* name :
       {"ok", "tenant_id", "tenant_type", "key_id", "app_id", "tier", "package_id", "scheme", "issued_at",
        "expires_at", "active", "rotation_grace", "monthly_request_quota", "rpm_limit",
        "max_prompt_tokens_per_call", "allowed_model_tiers", "cycle_start_ms"}) {
    EXPECT_TRUE(me.contains(name)) << name;
  }
  EXPECT_EQ(me.at("cycle_start_ms"), 1'767'225'600'000);
  EXPECT_EQ(me.at("rpm_limit"), 20);
}

TEST_F(ApiTest, AnAuditPageIsCheckedFromItsRealPredecessor) {
  for (int i = 0; i < 3; ++i) {
    append("_default");
    append("billing");
    clock.advance(std::chrono::milliseconds{1});
  }
  const Json all = body_of("GET", "/v1/audit");
  EXPECT_EQ(all.at("rows").size(), 6U);
  EXPECT_EQ(all.at("chain_ok"), true);
  EXPECT_EQ(all.at("chain_break"), nullptr);
  EXPECT_EQ(all.at("chain_ok_by_app"), (Json{{"_default", true}, {"billing", true}}));
  EXPECT_EQ(all.at("heads").at("billing").at("seq"), 3);
  EXPECT_EQ(all.at("app_id"), nullptr);
  EXPECT_EQ(all.at("next_seq"), nullptr);

  const Json later = body_of("GET", "/v1/audit?app_id=billing&after_seq=1&limit=1");
  ASSERT_EQ(later.at("rows").size(), 1U);
  EXPECT_EQ(later.at("rows").at(0).at("seq"), 2);
  EXPECT_EQ(later.at("chain_ok"), true) << "row 2's predecessor is row 1, not the page's start";
  EXPECT_EQ(later.at("next_seq"), 2);
  EXPECT_FALSE(later.at("heads").contains("_default"));
}

TEST_F(ApiTest, TheCursorRepeatsAMillisecondThatIsStillRunning) {
  append("_default");
  const auto now = static_cast<std::uint64_t>(to_unix_ms(clock.now()));
  EXPECT_EQ(body_of("GET", "/v1/audit").at("next_cursor"), now) << "another row may yet get this time";
  clock.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(body_of("GET", "/v1/audit").at("next_cursor"), now + 1);
  const Json empty = body_of("GET", "/v1/audit?since=" + std::to_string(now + 1));
  EXPECT_TRUE(empty.at("rows").empty());
  EXPECT_EQ(empty.at("next_cursor"), now + 1);
}

TEST_F(ApiTest, BadAuditQueriesNameTheParameter) {
  for (const auto& [query, param] :
       {std::pair{"limit=1001", "limit"}, std::pair{"limit=-1", "limit"}, std::pair{"limit=1e2", "limit"},
        std::pair{"since=x", "since"}, std::pair{"since=99999999999999999999", "since"},
        std::pair{"after_seq=1", "app_id"}, std::pair{"app_id=A", "app_id"}}) {
    const auto refused = call("GET", "/v1/audit?" + std::string(query));
    ASSERT_FALSE(refused) << query;
    EXPECT_EQ(refused.error().param(), param) << query;
  }
  EXPECT_FALSE(call("GET", "/v1/audit?limit=1&limit=2"));
  EXPECT_FALSE(call("GET", "/v1/audit?limit=%zz"));
}

TEST_F(ApiTest, ASignedChainHeadVerifies) {
  append("billing");
  const Json head = body_of("GET", "/v1/audit/chain-head?app_id=billing");
  EXPECT_EQ(head.at("height"), 1);
  const std::string text = "cogos/chain-head/v1\nacme\nbilling\n1\n" +
                           head.at("head_hash").get<std::string>() + "\n" +
                           head.at("as_of").get<std::string>();
  const auto signature = signer.sign_chain_head("acme", "billing", 1, head.at("head_hash").get<std::string>(),
                                                head.at("as_of").get<std::string>());
  EXPECT_EQ(head.at("signature"), signature);
  EXPECT_EQ(body_of("GET", "/v1/audit/chain-head").at("height"), 0);
}

TEST_F(ApiTest, AnIssuedKeyShowsItsSecretsOnceAndTheListNever) {
  const auto response = call("POST", "/admin/keys", R"({"tenant_id":"umbra","label":"first"})");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
  EXPECT_TRUE(response->secret);
  const Json issued = base::parse_json(response->body).value();
  for (const char* name : {"key_id", "tenant_id", "tenant_type", "app_id", "tier", "package_id", "scheme",
                           "issued_at", "expires_at", "hmac_secret", "x25519_pubkey_pem", "warning",
                           "chain_head_after", "api_key", "x25519_private_pem"}) {
    EXPECT_TRUE(issued.contains(name)) << name;
  }
  EXPECT_EQ(issued.at("chain_head_after"), log.head(proof::kOperatorChain)->row_hash);
  EXPECT_EQ(issued.at("expires_at"), to_rfc3339(clock.now() + std::chrono::days{365})) << "a year by default";
  const std::string list = call("GET", "/admin/keys?tenant_id=umbra")->body;
  for (const char* name : {"api_key", "hmac_secret", "x25519_private_pem"}) {
    EXPECT_EQ(list.find(issued.at(name).get<std::string>().substr(0, 40)), std::string::npos) << name;
  }
  EXPECT_EQ(base::parse_json(list).value().at("keys").size(), 1U);
  EXPECT_TRUE(base::parse_json(call("GET", "/admin/keys?tenant_id=x")->body).value().at("keys").empty());
}

TEST_F(ApiTest, RevokingTellsUnknownAndRepeatedApart) {
  const Json issued = body_of("POST", "/admin/keys", R"({"tenant_id":"umbra"})");
  const std::string route = "/admin/keys/" + issued.at("key_id").get<std::string>() + "/revoke";
  const Json revoked = body_of("POST", route);
  EXPECT_EQ(revoked.at("revoked"), true);
  EXPECT_NE(revoked.at("chain_head_after"), issued.at("chain_head_after"));
  EXPECT_EQ(call("POST", route).error().code(), ErrorCode::conflict);
  EXPECT_EQ(call("POST", "/admin/keys/none/revoke").error().code(), ErrorCode::not_found);
  EXPECT_TRUE(keyring.snapshot()->by_id(issued.at("key_id").get<std::string>())->revoked_at);
}

TEST_F(ApiTest, AnOrderForAKeyNamesItsBadMember) {
  for (const auto& [members, param] :
       {std::pair{R"({})", "tenant_id"}, std::pair{R"({"tenant_id":7})", "tenant_id"},
        std::pair{R"({"tenant_id":"a","scheme":"rsa"})", "scheme"},
        std::pair{R"({"tenant_id":"a","package_id":"gold"})", "package_id"},
        std::pair{R"({"tenant_id":"a","audit_content":"some"})", "audit_content"},
        std::pair{R"({"tenant_id":"a","expires_at_iso":"tomorrow"})", "expires_at_iso"},
        std::pair{R"({"tenant_id":"a","expires_at_iso":"2020-01-01T00:00:00Z"})", "expires_at_iso"},
        std::pair{R"({"tenant_id":"a","x25519_pubkey_pem":"x"})", "x25519_pubkey_pem"}}) {
    const auto refused = call("POST", "/admin/keys", members);
    ASSERT_FALSE(refused) << members;
    EXPECT_EQ(refused.error().param(), param) << members;
    EXPECT_EQ(refused.error().code(), ErrorCode::validation_failed);
  }
  EXPECT_FALSE(log.head(proof::kOperatorChain)) << "a refused order changes nothing and has no row";
}

}  // namespace
}  // namespace cogos::api
