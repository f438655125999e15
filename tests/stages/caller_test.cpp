#include "stages/caller_gate.hpp"
#include "stages/pipeline_fixture.hpp"

namespace cogos::stages {
namespace {

class CallerTest : public PipelineTest {
 protected:
  CallerTest() {
    add_route("POST", "/v1/probe-reports", http::Callers::probes);
    add_route("GET", "/v1/me", http::Callers::both);
    gates_in_order({&authenticate, &callers, &admin, &load, &body_gate});
  }
  void add_route(std::string method, std::string path, http::Callers whose) {
    const auto body = method == "POST" ? http::BodyKind::json : http::BodyKind::none;
    http::Route route{
        std::move(method), std::move(path), http::Realm::customer, body,
        [](http::Exchange&) -> http::Task<Result<http::Response>> { co_return http::Response{}; }};
    route.callers = whose;
    router.add(std::move(route));
  }
  int ask(const keys::MintedKey& key, std::string method, std::string path) {
    const bool is_post = method == "POST";
    auto asked = request(std::move(method), std::move(path), is_post ? "{}" : "");
    const int status = send(with_bearer(std::move(asked), key)).status;
    expect_receipts(&key);
    return status;
  }

  CallerGate callers;
};

TEST_F(CallerTest, AProbesKeyReportsAndSeesItselfAndDoesNoMore) {
  const auto probe = issue_probe();
  EXPECT_EQ(ask(probe, "POST", "/v1/probe-reports"), 200);
  EXPECT_EQ(ask(probe, "GET", "/v1/me"), 200);
  EXPECT_EQ(ask(probe, "GET", "/v1/models"), 403);
  EXPECT_EQ(error_type(), "forbidden");
  EXPECT_EQ(ask(probe, "POST", "/v1/chat/completions"), 403);
  EXPECT_EQ(error_type(), "forbidden");
  EXPECT_EQ(ask(probe, "GET", "/v1/nosuch"), 404);
  EXPECT_EQ(send(with_bearer(request("GET", "/health"), probe)).status, 200);
}

TEST_F(CallerTest, ACustomersKeyDoesAllButReport) {
  const auto customer = issue(keys::Scheme::bearer);
  EXPECT_EQ(ask(customer, "POST", "/v1/probe-reports"), 403);
  EXPECT_EQ(error_type(), "forbidden");
  EXPECT_EQ(ask(customer, "GET", "/v1/me"), 200);
  EXPECT_EQ(ask(customer, "GET", "/v1/models"), 200);
  EXPECT_EQ(ask(customer, "POST", "/v1/chat/completions"), 200);
}

TEST_F(CallerTest, WhatIsRefusedIsRecordedAndWithoutAKeyItIsA401) {
  const auto probe = issue_probe();
  ask(probe, "POST", "/v1/chat/completions");
  ASSERT_EQ(log.rows({"watch", "_default"}).size(), 1U);
  const Json row = base::parse_json(log.rows({"watch", "_default"})[0]).value();
  EXPECT_EQ(row["status"], "client_error");
  EXPECT_EQ(row["http_status"], 403);
  EXPECT_EQ(send(request("POST", "/v1/probe-reports", "{}")).status, 401);
}

TEST_F(CallerTest, ABodyThatIsTooLargeForItsRouteCountsAsUnreadInTheReceipt) {
  http::Route route{
      "POST", "/v1/bounded", http::Realm::customer, http::BodyKind::json,
      [](http::Exchange&) -> http::Task<Result<http::Response>> { co_return http::Response{}; }};
  route.max_body_bytes = 8;
  router.add(std::move(route));
  const auto customer = issue(keys::Scheme::bearer);
  EXPECT_EQ(send(with_bearer(request("POST", "/v1/bounded", R"({"a":12})"), customer)).status, 200);
  EXPECT_EQ(send(with_bearer(request("POST", "/v1/bounded", R"({"a":123})"), customer)).status, 413);
  EXPECT_EQ(exchange->request_sha256, crypto::sha256_hex(""));
  expect_receipts(&customer);
}

}  // namespace
}  // namespace cogos::stages
