#include "api/admin_packages.hpp"

#include <gtest/gtest.h>

#include "api/model_catalog.hpp"
#include "base/json.hpp"
#include "crypto/system_random.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_packages.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

class AdminPackagesTest : public ::testing::Test {
 protected:
  AdminPackagesTest() { packages.add_routes(router); }

  Result<http::Response> call(const std::string& method, const std::string& target,
                              const std::string& body = {}) {
    http::Exchange exchange;
    exchange.id = "req-1";
    exchange.request.method = method;
    exchange.request.target = target;
    exchange.request.body = body;
    const auto match = router.find(method, exchange.request.path());
    exchange.path_parameters = match.parameters;
    return test::run_task(match.route->handler(exchange));
  }
  Json answer(const std::string& method, const std::string& target, int status,
              const std::string& body = {}) {
    const auto response = call(method, target, body);
    if (!response) {
      ADD_FAILURE() << method << ' ' << target << ": " << response.error().message();
      return {};
    }
    EXPECT_EQ(response->status, status);
    return base::parse_json(response->body).value();
  }
  ErrorCode refusal(const std::string& method, const std::string& target, const std::string& body = {}) {
    const auto response = call(method, target, body);
    EXPECT_FALSE(response) << method << ' ' << target;
    return response ? ErrorCode::internal : response.error().code();
  }
  std::size_t rows() { return log.rows(proof::kOperatorChain).size(); }
  Json last_detail() { return base::parse_json(log.rows(proof::kOperatorChain).back()).value().at("detail"); }

  test::ManualClock clock;
  crypto::SystemRandom random;
  keys::Keyring keyring{{}, keys::seed_packages()};
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  test::MemoryAuditLog log{clock};
  test::MemoryPackages store{log, keys::seed_packages()};
  keys::OperatorRows operator_rows{signer, random, std::nullopt};
  AdminPackagesApi packages{store, keyring, operator_rows};
  http::Router router;
};

constexpr const char* kGold = R"({"id":"gold","rpm_limit":5,"allowed_model_tiers":["cogos-tier-a"]})";

TEST_F(AdminPackagesTest, AllAreListedWithEveryMember) {
  const Json listed = answer("GET", "/admin/packages", 200).at("packages");
  ASSERT_EQ(listed.size(), keys::seed_packages().size());
  for (const char* name : {"id", "display_name", "description", "monthly_usd", "monthly_request_quota",
                           "rpm_limit", "max_prompt_tokens_per_call", "daily_request_cap", "daily_token_cap",
                           "allowed_model_tiers", "is_default", "active"}) {
    EXPECT_TRUE(listed.at(0).contains(name)) << name;
  }
}

TEST_F(AdminPackagesTest, AChangeIsDurableInForceAndRecorded) {
  const Json made = answer("POST", "/admin/packages", 201, kGold);
  EXPECT_EQ(made.at("rpm_limit"), 5);
  EXPECT_EQ(made.at("monthly_request_quota"), 0);
  EXPECT_EQ(made.at("chain_head_after"), log.head(proof::kOperatorChain)->row_hash);
  EXPECT_EQ(last_detail().at("event"), "package.created");
  EXPECT_EQ(last_detail().at("rpm_limit"), "5");
  EXPECT_EQ(keyring.snapshot()->package("gold")->rpm_limit, 5U);
  EXPECT_EQ(store.packages(), keyring.snapshot()->packages());

  answer("PUT", "/admin/packages/gold", 200, R"({"rpm_limit":9,"is_default":true})");
  EXPECT_EQ(keyring.snapshot()->package("gold")->rpm_limit, 9U);
  EXPECT_EQ(keyring.snapshot()->package("gold")->allowed_model_tiers.size(), 1U);
  EXPECT_EQ(keyring.snapshot()->default_package().id, "gold");
  EXPECT_EQ(last_detail().at("event"), "package.changed");

  EXPECT_EQ(answer("DELETE", "/admin/packages/free", 200).at("deleted"), true);
  EXPECT_FALSE(keyring.snapshot()->package("free")->active);
  EXPECT_EQ(last_detail(), (Json{{"event", "package.deleted"}, {"package_id", "free"}}));
  EXPECT_EQ(rows(), 3U);
}

TEST_F(AdminPackagesTest, ARefusedChangeChangesNothingAndHasNoRow) {
  EXPECT_EQ(refusal("POST", "/admin/packages", R"({"id":"free","allowed_model_tiers":["x"]})"),
            ErrorCode::conflict);
  EXPECT_EQ(refusal("DELETE", "/admin/packages/free"), ErrorCode::conflict) << "the default";
  EXPECT_EQ(refusal("PUT", "/admin/packages/free", R"({"is_default":false})"), ErrorCode::conflict);
  EXPECT_EQ(refusal("PUT", "/admin/packages/none", "{}"), ErrorCode::not_found);
  EXPECT_EQ(refusal("DELETE", "/admin/packages/none"), ErrorCode::not_found);
  EXPECT_EQ(refusal("POST", "/admin/packages", "[]"), ErrorCode::invalid_request);
  log.fail();
  EXPECT_EQ(refusal("POST", "/admin/packages", kGold), ErrorCode::audit_unavailable);
  EXPECT_EQ(keyring.snapshot()->packages(), keys::seed_packages());
  EXPECT_EQ(store.packages(), keys::seed_packages());
  EXPECT_EQ(rows(), 0U);
}

TEST_F(AdminPackagesTest, EveryProblemIsNamedAtOnce) {
  const auto problems = [&](const std::string& method, const std::string& target, const std::string& body) {
    const auto response = call(method, target, body);
    EXPECT_FALSE(response) << body;
    if (response) return std::vector<std::string>{};
    EXPECT_EQ(response.error().code(), ErrorCode::validation_failed);
    return response.error().problems();
  };
  EXPECT_EQ(problems("POST", "/admin/packages", "{}").size(), 2U) << "id and tiers are missing";
  EXPECT_EQ(problems("POST", "/admin/packages",
                     R"({"id":"Big One","rpm_limit":100001,"daily_token_cap":-1,"monthly_usd":1.5,
                         "allowed_model_tiers":[],"is_default":"yes","colour":"red"})")
                .size(),
            7U);
  EXPECT_EQ(problems("PUT", "/admin/packages/team", R"({"id":"team2","allowed_model_tiers":[1]})").size(),
            2U);
  EXPECT_EQ(problems("PUT", "/admin/packages/team", R"({"rpm_limit":null})").size(), 1U);
  EXPECT_EQ(rows(), 0U);
}

TEST(ModelCatalog, GivesOutWhatAPackageNamesRawOrByAlias) {
  const ModelCatalog catalog({{"cogos-tier-a", "big"}, {"cogos-tier-b", "small"}});
  keys::Package package;
  package.allowed_model_tiers = {"small", "cogos-tier-a"};
  const auto models = catalog.allowed(package);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].alias, "cogos-tier-a");
  EXPECT_EQ(models[1].alias, "small");
  EXPECT_EQ(catalog.resolve("small", package)->model, "small");
  EXPECT_EQ(catalog.resolve("cogos-tier-a", package)->model, "big");
  EXPECT_EQ(catalog.resolve("", package)->model, "big");
  for (const char* denied : {"cogos-tier-b", "big", "Small", "other"}) {
    EXPECT_EQ(catalog.resolve(denied, package).error().code(), ErrorCode::model_tier_denied) << denied;
  }
}

}  // namespace
}  // namespace cogos::api
