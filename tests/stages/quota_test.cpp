#include <thread>

#include "stages/limit_headers.hpp"
#include "stages/pipeline_fixture.hpp"
#include "stages/quota_gate.hpp"

namespace cogos::stages {
namespace {

using std::chrono::hours;

/// The whole line with quotas in it, around a metered route that answers as it is told.
class QuotaTest : public PipelineTest {
 protected:
  QuotaTest() {
    clock.set(*from_rfc3339("2026-01-31T22:30:00.000Z"));
    http::Route route{"POST", "/v1/metered", http::Realm::customer, http::BodyKind::json,
                      [this](http::Exchange& one) { return handle(one); }};
    route.metered = true;
    router.add(std::move(route));
    gates_in_order({&authenticate, &body_gate, &gate}, {&limit_headers});
    key = issue(keys::Scheme::bearer);
  }

  http::Task<Result<http::Response>> handle(http::Exchange& one) {
    if (failure) co_return *failure;
    one.facts.model = "cogos-tier-a";
    const auto allowed = one.quota->take_tokens(prompt_bound, max_tokens);
    if (!allowed) co_return allowed.error();
    max_tokens_granted = *allowed;
    one.facts.prompt_tokens = 3;
    one.facts.completion_tokens = 4;
    if (late_failure) co_return *late_failure;
    http::Response response;
    response.body = "{}";
    co_return response;
  }
  void set_caps(std::uint64_t monthly, std::uint64_t daily, std::uint64_t tokens) {
    auto packages = keyring.snapshot()->packages();
    for (auto& package : packages) {
      if (package.id != "team") continue;
      package.monthly_request_quota = monthly;
      package.daily_request_cap = daily;
      package.daily_token_cap = tokens;
    }
    keyring.put_packages(packages);
  }
  int call(const std::string& target = "/v1/metered") {
    return send(with_bearer(request("POST", target, "{}"), *key)).status;
  }
  std::string header_of(const std::string& name) { return header(exchange->response, "X-Cogos-" + name); }
  keys::Usage usage() { return ledger.usage("acme", "team"); }

  keys::UsageLedger ledger{clock, {}};
  QuotaGate gate{keyring, ledger, clock};
  LimitHeaders limit_headers;
  std::optional<keys::MintedKey> key;
  std::optional<Error> failure;
  std::optional<Error> late_failure;
  std::uint64_t prompt_bound = 10;
  std::optional<std::uint32_t> max_tokens = 20;
  std::optional<std::uint32_t> max_tokens_granted;
};

TEST_F(QuotaTest, AMonthsRequestsAreCountedAndTold) {
  set_caps(2, 0, 0);
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(header_of("Quota-Limit"), "2");
  EXPECT_EQ(header_of("Quota-Remaining"), "1") << "after this call";
  EXPECT_EQ(header_of("Quota-Reset"), "2026-02-01T00:00:00.000Z");
  EXPECT_EQ(header_of("Daily-Quota-Limit"), "(none)");
  EXPECT_EQ(header_of("Daily-Tokens-Limit"), "(none)");
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(call(), 429);
  EXPECT_EQ(error_type(), "quota_exceeded");
  EXPECT_EQ(header(exchange->response, "Retry-After"), "5400");
  EXPECT_EQ(header_of("Quota-Remaining"), "0");
  expect_receipts(&*key);
  EXPECT_EQ(rows().size(), 2U) << "a refusal makes no row";
  clock.advance(hours{2});
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(header_of("Quota-Reset"), "2026-03-01T00:00:00.000Z");
}

TEST_F(QuotaTest, ADaysRequestsAreCountedAndTold) {
  set_caps(0, 1, 0);
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(header_of("Daily-Quota-Remaining"), "0");
  EXPECT_EQ(header_of("Daily-Quota-Reset"), "2026-02-01T00:00:00.000Z");
  EXPECT_EQ(call(), 429);
  EXPECT_EQ(error_type(), "daily_quota_exceeded");
  EXPECT_EQ(header(exchange->response, "Retry-After"), "5400");
  clock.advance(hours{2});
  EXPECT_EQ(call(), 200);
}

TEST_F(QuotaTest, WhatFailsBeforeInferenceGivesItsPlaceBack) {
  set_caps(1, 1, 100);
  for (const ErrorCode code : {ErrorCode::invalid_request, ErrorCode::overloaded, ErrorCode::internal,
                               ErrorCode::model_tier_denied, ErrorCode::daily_quota_exceeded}) {
    failure = Error(code, "no");
    call();
    EXPECT_EQ(header_of("Quota-Remaining"), "1");
    EXPECT_EQ(usage().month_requests, 0U) << static_cast<int>(code);
  }
  failure = {};
  log.fail();
  EXPECT_EQ(call(), 503) << "what is not recorded is not charged either";
  EXPECT_EQ(header_of("Quota-Remaining"), "1");
  EXPECT_EQ(usage().month_requests, 0U);
  EXPECT_EQ(usage().day_tokens, 0U);
}

TEST_F(QuotaTest, WhatFailsAfterItWasBegunIsCharged) {
  set_caps(5, 5, 100);
  late_failure = Error(ErrorCode::upstream_error, "broken");
  EXPECT_EQ(call(), 502);
  EXPECT_EQ(header_of("Quota-Remaining"), "4");
  late_failure = Error(ErrorCode::client_closed, "gone");
  call();
  EXPECT_EQ(usage().month_requests, 2U);
  EXPECT_EQ(usage().day_tokens, 14U);
}

TEST_F(QuotaTest, TokensAreHeldAtMostSettledToWhatTheyWereAndTold) {
  set_caps(0, 0, 40);
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(max_tokens_granted, 20U);
  EXPECT_EQ(header_of("Daily-Tokens-Limit"), "40");
  EXPECT_EQ(header_of("Daily-Tokens-Remaining"), "33");
  EXPECT_EQ(usage().day_tokens, 7U);
  max_tokens = std::nullopt;
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(max_tokens_granted, 23U) << "what is left after the prompt";
  prompt_bound = 26;
  EXPECT_EQ(call(), 429);
  EXPECT_EQ(error_type(), "daily_quota_exceeded");
  EXPECT_EQ(header_of("Daily-Tokens-Remaining"), "26");
  prompt_bound = 25;
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(max_tokens_granted, 1U);
}

TEST_F(QuotaTest, AnEngineThatUsesMoreThanItWasAskedToNeedsRoomForIt) {
  set_caps(0, 0, 40);
  const keys::UsageCaps caps{0, 0, 40};
  auto other = ledger.reserve("acme", "team", caps);
  EXPECT_EQ(other.take_tokens(5, 5), 5U);
  ASSERT_EQ(call(), 200);
  auto one = ledger.reserve("acme", "team", caps);
  EXPECT_EQ(one.take_tokens(1, 10), 10U);
  EXPECT_TRUE(one.cover_tokens(28));
  EXPECT_FALSE(one.cover_tokens(29)) << "7 are settled, 5 are pending";
}

TEST_F(QuotaTest, WithoutATokenCapTheRequestsOwnLimitStays) {
  set_caps(0, 0, 0);
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(max_tokens_granted, 20U);
  max_tokens = std::nullopt;
  EXPECT_EQ(call(), 200);
  EXPECT_FALSE(max_tokens_granted);
}

TEST_F(QuotaTest, OtherRoutesAreNotCounted) {
  set_caps(1, 1, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call("/v1/chat/completions"), 200) << "not metered in this test";
  EXPECT_EQ(header_of("Quota-Limit"), "(none)");
  EXPECT_EQ(usage().month_requests, 0U);
}

TEST_F(QuotaTest, AChangedQuotaIsInForceAtOnce) {
  set_caps(1, 0, 0);
  EXPECT_EQ(call(), 200);
  EXPECT_EQ(call(), 429);
  set_caps(3, 0, 0);
  EXPECT_EQ(call(), 200);
  set_caps(1, 0, 0);
  EXPECT_EQ(call(), 429);
  EXPECT_EQ(header_of("Quota-Remaining"), "0");
}

TEST_F(QuotaTest, WhatAnyOtherGateRefusesTakesNoPlace) {
  set_caps(1, 0, 0);
  auto no_json = with_bearer(request("POST", "/v1/metered", "{}"), *key);
  no_json.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(send(std::move(no_json)).status, 415);
  EXPECT_EQ(call(), 200);
}

}  // namespace
}  // namespace cogos::stages
