#include "api/probe_reports.hpp"

#include <gtest/gtest.h>

#include "api/probe_report.hpp"
#include "crypto/hash.hpp"
#include "crypto/system_random.hpp"
#include "keys/mint.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/run_task.hpp"

namespace cogos::api {
namespace {

class ProbeReportsTest : public ::testing::Test {
 protected:
  ProbeReportsTest() {
    api.add_routes(router);
    keys::KeyOrder order;
    order.tenant_id = "watch";
    order.tenant_type = keys::TenantType::probe;
    order.package_id = "free";
    key = std::make_shared<const keys::KeyRecord>(keys::mint(order, clock.now(), dek, random)->record);
  }

  Json report() const {
    return {{"run_id", "0123456789abcdef"},
            {"target", "https://api.example:8443"},
            {"started_at", to_rfc3339(clock.now() - std::chrono::minutes{1})},
            {"checks",
             {{{"check", "tls.1_2"}, {"ok", true}, {"ms", 12}, {"detail", "accepted"}},
              {{"check", "page.trust"}, {"ok", false}, {"ms", 3}, {"detail", "status 404"}}}}};
  }
  Result<http::Response> post(const std::string& body) {
    exchange = std::make_unique<http::Exchange>();
    exchange->principal = key;
    exchange->request.method = "POST";
    exchange->request.target = "/v1/probe-reports";
    exchange->request.body = body;
    const auto match = router.find("POST", "/v1/probe-reports");
    return test::run_task(match.route->handler(*exchange));
  }
  Result<http::Response> post(const Json& body) { return post(body.dump()); }
  /// What is wrong with the report once `change` was made to it: the member, or `(taken)`.
  std::string at_fault(const std::function<void(Json&)>& change) {
    Json body = report();
    change(body);
    const auto read = read_probe_report(base::parse_json(body.dump()).value(), clock.now());
    if (read) return "(taken)";
    EXPECT_EQ(read.error().code(), ErrorCode::invalid_request);
    EXPECT_FALSE(read.error().message().empty());
    return read.error().param();
  }
  std::vector<Json> operator_rows_made() const {
    std::vector<Json> rows;
    for (const auto& row : log.rows(proof::kOperatorChain)) rows.push_back(base::parse_json(row).value());
    return rows;
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  keys::Dek dek = keys::Dek::from_hex(std::string(64, 'e')).value();
  proof::AttestationSigner signer{crypto::Ed25519PrivateKey::generate(random), "1.0.0+test"};
  test::MemoryAuditLog log{clock};
  keys::OperatorRows operator_rows{signer, random, std::nullopt};
  keys::ProbeReports reports{std::chrono::hours{24}, {}, clock};
  ProbeReportsApi api{{reports, log, operator_rows, clock}};
  http::Router router;
  std::shared_ptr<const keys::KeyRecord> key;
  std::unique_ptr<http::Exchange> exchange;
};

TEST_F(ProbeReportsTest, AReportBecomesARowOfTheOperators) {
  const auto response = post(report());
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 201);
  const Json body = base::parse_json(response->body).value();
  const auto rows = operator_rows_made();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(body,
            (Json{{"run_id", "0123456789abcdef"},
                  {"recorded", true},
                  {"passed", 1},
                  {"failed", 1},
                  {"next_due_at", to_rfc3339(clock.now() - std::chrono::minutes{1} + std::chrono::hours{24})},
                  {"chain_head_after", rows[0]["row_hash"]}}));
  EXPECT_EQ(rows[0]["route"], "probe.report");
  EXPECT_EQ(rows[0]["method"], "SYSTEM");
  EXPECT_EQ(rows[0]["detail"], (Json{{"run_id", "0123456789abcdef"},
                                     {"target", "https://api.example:8443"},
                                     {"started_at", to_rfc3339(clock.now() - std::chrono::minutes{1})},
                                     {"passed", "1"},
                                     {"failed", "1"},
                                     {"failed_checks", "page.trust"},
                                     {"report_sha256", crypto::sha256_hex(base::canonical(report()))},
                                     {"key_id", key->key_id}}));
  ASSERT_EQ(reports.targets().size(), 1U);
  EXPECT_EQ(reports.targets()[0].last.failed, 1U);
}

TEST_F(ProbeReportsTest, TheSameReportTwiceIsOneRow) {
  ASSERT_TRUE(post(report()));
  const auto again = post(report().dump(2));
  ASSERT_TRUE(again) << "its spelling does not count";
  EXPECT_EQ(again->status, 200);
  EXPECT_EQ(base::parse_json(again->body).value()["chain_head_after"], nullptr);
  Json other = report();
  other["checks"][1]["ok"] = true;
  const auto contradicted = post(other);
  ASSERT_FALSE(contradicted);
  EXPECT_EQ(contradicted.error().code(), ErrorCode::conflict);
  EXPECT_EQ(contradicted.error().param(), "run_id");
  EXPECT_EQ(operator_rows_made().size(), 1U);
}

TEST_F(ProbeReportsTest, WhatCannotBeRecordedMayComeAgain) {
  test::MemoryAuditLog full{clock};
  full.fail();
  ProbeReportsApi without_disk{{reports, full, operator_rows, clock}};
  http::Router other;
  without_disk.add_routes(other);
  http::Exchange asked;
  asked.principal = key;
  asked.request.body = report().dump();
  const auto match = other.find("POST", "/v1/probe-reports");
  const auto failed = test::run_task(match.route->handler(asked));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::audit_unavailable);
  EXPECT_TRUE(reports.targets().empty());
  EXPECT_EQ(post(report())->status, 201);
}

TEST_F(ProbeReportsTest, AFloodIsRefusedAndMakesNoRows) {
  for (int i = 0; i < 60; ++i) {
    Json one = report();
    one["run_id"] = "run-" + std::to_string(10'000 + i);
    ASSERT_TRUE(post(one));
  }
  const auto refused = post(report());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::rate_limit_exceeded);
  EXPECT_EQ(refused.error().retry_after_s(), 3600U);
  EXPECT_EQ(operator_rows_made().size(), 60U);
}

TEST_F(ProbeReportsTest, WhatIsTooLongOrNoJsonObjectIsRefused) {
  const http::Route* route = router.find("POST", "/v1/probe-reports").route;
  EXPECT_EQ(route->max_body_bytes, kMaxProbeReport);
  EXPECT_EQ(route->callers, http::Callers::probes);
  for (const char* text : {"", "[]", "{", "{\"run_id\":1,\"run_id\":2}", "\"\\ud800\""}) {
    const auto refused = post(std::string(text));
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request) << text;
  }
  EXPECT_TRUE(operator_rows_made().empty());
}

TEST_F(ProbeReportsTest, AMemberThatIsMissingOrOfAWrongTypeIsNamed) {
  EXPECT_EQ(at_fault([](Json&) {}), "(taken)");
  for (const char* name : {"run_id", "target", "started_at", "checks"}) {
    EXPECT_EQ(at_fault([name](Json& body) { body.erase(name); }), name);
    EXPECT_EQ(at_fault([name](Json& body) { body[name] = nullptr; }), name);
    EXPECT_EQ(at_fault([name](Json& body) { body[name] = 1; }), name);
  }
  for (const char* name : {"check", "ok", "ms"}) {
    const std::string path = std::string("checks[1].") + name;
    EXPECT_EQ(at_fault([name](Json& body) { body["checks"][1].erase(name); }), path);
    EXPECT_EQ(at_fault([name](Json& body) { body["checks"][1][name] = Json::array(); }), path);
  }
  EXPECT_EQ(at_fault([](Json& body) { body["checks"][0]["detail"] = 7; }), "checks[0].detail");
  EXPECT_EQ(at_fault([](Json& body) { body["checks"][0].erase("detail"); }), "(taken)");
  EXPECT_EQ(at_fault([](Json& body) { body["checks"][0] = "tls"; }), "checks[0]");
  EXPECT_EQ(at_fault([](Json& body) { body["something"] = "new"; }), "(taken)");
}

TEST_F(ProbeReportsTest, WhatIsBeyondTheBoundsIsNamed) {
  const auto with_name = [](std::string name) {
    return [name](Json& body) { body["checks"][1]["check"] = name; };
  };
  EXPECT_EQ(at_fault(with_name(std::string(64, 'a'))), "(taken)");
  EXPECT_EQ(at_fault(with_name(std::string(65, 'a'))), "checks[1].check");
  for (const char* name : {"", "A", "a b", "<script>", "a,b", "a\"", "\xc3\xbc", "tls.1_2"}) {
    EXPECT_EQ(at_fault(with_name(name)), "checks[1].check") << name;
  }
  const auto with_detail = [](std::string detail) {
    return [detail](Json& body) { body["checks"][0]["detail"] = detail; };
  };
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xc3\xbc";
  EXPECT_EQ(at_fault(with_detail(umlauts)), "(taken)");
  EXPECT_EQ(at_fault(with_detail(umlauts + "x")), "checks[0].detail");
  for (const Json& ms : {Json(-1), Json(1.5), Json(3'600'001), Json("1")}) {
    EXPECT_EQ(at_fault([&](Json& body) { body["checks"][0]["ms"] = ms; }), "checks[0].ms") << ms;
  }
  const auto with_checks = [](int count) {
    return [count](Json& body) {
      body["checks"] = Json::array();
      for (int i = 0; i < count; ++i) {
        body["checks"].push_back({{"check", "c" + std::to_string(i)}, {"ok", true}, {"ms", 0}});
      }
    };
  };
  EXPECT_EQ(at_fault(with_checks(200)), "(taken)");
  EXPECT_EQ(at_fault(with_checks(201)), "checks");
  EXPECT_EQ(at_fault(with_checks(0)), "checks");
  for (const char* id : {"", "1234567", "ABCDEFGH", "run id 12", "run/id/12"}) {
    EXPECT_EQ(at_fault([id](Json& body) { body["run_id"] = id; }), "run_id") << id;
  }
  EXPECT_EQ(at_fault([](Json& body) { body["run_id"] = std::string(65, 'a'); }), "run_id");
}

TEST_F(ProbeReportsTest, ATargetIsAnHttpsOriginAndNothingElse) {
  const auto with = [](std::string target) { return [target](Json& body) { body["target"] = target; }; };
  for (const char* good : {"https://a", "https://API.example:443", "https://[::1]:8443"}) {
    EXPECT_EQ(at_fault(with(good)), "(taken)") << good;
  }
  for (const char* bad : {"", "https://", "http://a", "https://a/", "https://a b", "https://a\"><script>",
                          "javascript:alert(1)", "https://user@a", "https://a?x", "https://\xc3\xbc"}) {
    EXPECT_EQ(at_fault(with(bad)), "target") << bad;
  }
  EXPECT_EQ(at_fault(with("https://" + std::string(193, 'a'))), "target");
}

TEST_F(ProbeReportsTest, AReportIsOfNow) {
  using std::chrono::milliseconds;
  const auto started = [this](milliseconds offset) {
    const std::string time = to_rfc3339(clock.now() + offset);
    return [time](Json& body) { body["started_at"] = time; };
  };
  EXPECT_EQ(at_fault(started(std::chrono::minutes{5})), "(taken)");
  EXPECT_EQ(at_fault(started(std::chrono::minutes{5} + milliseconds{1})), "started_at");
  EXPECT_EQ(at_fault(started(-std::chrono::hours{1})), "(taken)");
  EXPECT_EQ(at_fault(started(-std::chrono::hours{1} - milliseconds{1})), "started_at");
  EXPECT_EQ(at_fault([](Json& body) { body["started_at"] = "yesterday"; }), "started_at");
}

}  // namespace
}  // namespace cogos::api
