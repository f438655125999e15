#include "proof/wire.hpp"
#include "stages/pipeline_fixture.hpp"

namespace cogos::stages {
namespace {

using OverloadTest = PipelineTest;
using keys::Scheme;

/// Fills the gate's two places as two requests in flight would.
struct Busy {
  explicit Busy(LoadGate& load, const http::Router& router) {
    for (http::Exchange& exchange : exchanges) {
      exchange.route = router.find("GET", "/v1/models").route;
      EXPECT_TRUE(load.pass(exchange));
    }
  }
  std::array<http::Exchange, 2> exchanges;
};

TEST_F(OverloadTest, RefusesWhatIsBeyondThePlacesWithBothReceiptsAndARow) {
  for (const Scheme scheme : {Scheme::bearer, Scheme::ed25519}) {
    const auto key = issue(scheme);
    const auto post = request("POST", "/v1/chat/completions", "{}");
    const auto send_it = [&](const std::string& nonce) -> http::Response& {
      return send(scheme == Scheme::bearer ? with_bearer(post, key) : with_signature(post, key, nonce));
    };
    const auto rows_before = rows().size();
    {
      const Busy busy(load, router);
      const http::Response& response = send_it("a");
      EXPECT_EQ(response.status, 503);
      EXPECT_EQ(error_type(), "overloaded");
      EXPECT_EQ(header(response, "Retry-After"), "1");
      expect_receipts(&key);
      ASSERT_EQ(rows().size(), rows_before + 1);
      const auto row = base::parse_json(rows().back()).value();
      EXPECT_EQ(row.at("http_status"), 503);
      EXPECT_EQ(attested_head(), row.at("row_hash"));
    }
    EXPECT_EQ(send_it("b").status, 200);
    expect_receipts(&key);
  }
}

TEST_F(OverloadTest, GivesThePlaceBackWithTheAnswerAndNotOnlyOnceItIsSent) {
  const auto key = issue(Scheme::bearer);
  send(with_bearer(request("GET", "/v1/models"), key));
  ASSERT_TRUE(exchange);
  EXPECT_EQ(load.pending(), 0U);
  send(with_bearer(request("POST", "/v1/throws", "{}"), key));
  EXPECT_EQ(exchange->response.status, 500);
  EXPECT_EQ(load.pending(), 0U);
}

TEST_F(OverloadTest, LetsOpenRoutesAndStrangersTakeNoPlace) {
  const Busy busy(load, router);
  EXPECT_EQ(send(request("GET", "/health")).status, 200);
  EXPECT_EQ(send(request("GET", "/v1/models")).status, 401);
  EXPECT_EQ(send(request("POST", "/admin/keys", "{}")).status, 401);
  EXPECT_EQ(send(request("GET", "/v1/nothing")).status, 404);
}

TEST_F(OverloadTest, SaysSoWithBothReceiptsWhereTheAuditLogsQueueIsFull) {
  const auto key = issue(Scheme::bearer);
  log.fail(Error(ErrorCode::overloaded, "the queue is full").with_retry_after(1));
  const http::Response& response = send(with_bearer(request("POST", "/v1/chat/completions", "{}"), key));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(error_type(), "overloaded");
  EXPECT_EQ(header(response, "Retry-After"), "1");
  expect_receipts(&key);
  EXPECT_EQ(attested_head(), proof::kNoHash);
}

TEST_F(OverloadTest, RefusesALargeAnswerThatTheMemoryForBodiesDoesNotHold) {
  router.add({"GET", "/v1/large", http::Realm::customer, http::BodyKind::none,
              [](http::Exchange&) -> http::Task<Result<http::Response>> {
                http::Response response;
                response.body.assign(80'000, 'x');
                co_return response;
              }});
  const auto key = issue(Scheme::bearer);
  EXPECT_EQ(send(with_bearer(request("GET", "/v1/large"), key)).status, 200);
  EXPECT_EQ(memory->in_use(), 80'000 - http::kUncountedBytes);
  const auto reading = std::move(exchange);  // its client takes its time
  const http::Response& refused = send(with_bearer(request("GET", "/v1/large"), key));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(error_type(), "overloaded");
  EXPECT_EQ(header(refused, "Retry-After"), "1");
  expect_receipts(&key);
  EXPECT_EQ(send(with_bearer(request("GET", "/v1/models"), key)).status, 200);
  exchange.reset();
  EXPECT_EQ(memory->in_use(), 80'000 - http::kUncountedBytes);
}

}  // namespace
}  // namespace cogos::stages
