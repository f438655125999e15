#include "stages/tenant_limit.hpp"

#include <atomic>
#include <thread>

#include "stages/limit_headers.hpp"
#include "stages/peer_limit.hpp"
#include "stages/pipeline_fixture.hpp"
#include "stages/rate.hpp"

namespace cogos::stages {
namespace {

using keys::Scheme;

/// The whole line with both limits in it.
class TenantLimitTest : public PipelineTest {
 protected:
  TenantLimitTest() {
    gates_in_order({&peer_gate, &authenticate, &gate, &admin, &load, &body_gate},
                   {&security_headers, &call_headers, &limit_headers});
    set_rpm("team", 3);
  }

  void set_rpm(const std::string& id, std::uint64_t rpm) {
    auto packages = keyring.snapshot()->packages();
    for (auto& package : packages) {
      if (package.id == id) package.rpm_limit = rpm;
    }
    keyring.put_packages(packages);
  }
  keys::MintedKey issue_for(const std::string& tenant, const std::string& package = "team") {
    keys::KeyOrder order;
    order.tenant_id = tenant;
    order.package_id = package;
    auto minted = keys::mint(order, clock.now(), dek, random).value();
    keyring.put(minted.record);
    return minted;
  }
  int call(const keys::MintedKey& key, const std::string& body = "{}") {
    return send(with_bearer(request("POST", "/v1/chat/completions", body), key)).status;
  }
  std::string limit() { return header(exchange->response, "x-ratelimit-limit-requests"); }
  std::string remaining() { return header(exchange->response, "x-ratelimit-remaining-requests"); }
  std::string reset() { return header(exchange->response, "x-ratelimit-reset-requests"); }

  TokenBuckets peers{100, clock, random};
  PeerLimitGate peer_gate{{600, 600}, peers};
  TokenBuckets tenants{100, clock, random};
  TenantLimitGate gate{keyring, tenants};
  LimitHeaders limit_headers;
};

TEST_F(TenantLimitTest, TheKeysOfATenantShareOneBucket) {
  const auto first = issue_for("acme");
  const auto second = issue_for("acme");
  const auto stranger = issue_for("globex");
  EXPECT_EQ(call(first), 200);
  EXPECT_EQ(call(second), 200);
  EXPECT_EQ(call(first), 200);
  EXPECT_EQ(call(second), 429);
  EXPECT_EQ(call(first), 429);
  EXPECT_EQ(call(stranger), 200) << "another tenant has a bucket of its own";
}

TEST_F(TenantLimitTest, ARefusalWaitsLongEnoughAndCostsNothing) {
  const auto key = issue_for("acme");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(call(key), 200);
  ASSERT_EQ(rows().size(), 3U);
  EXPECT_EQ(call(key, "{not JSON"), 429);
  EXPECT_EQ(error_type(), "rate_limit_exceeded");
  EXPECT_EQ(header(exchange->response, "Retry-After"), "20");
  expect_receipts(&key);
  EXPECT_EQ(rows().size(), 3U) << "a refusal makes no row";
  clock.advance(std::chrono::milliseconds{19'001});
  EXPECT_EQ(call(key), 429);
  EXPECT_EQ(header(exchange->response, "Retry-After"), "1") << "rounded up";
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(call(key), 200);
}

TEST_F(TenantLimitTest, EachResponseSaysWhereTheTenantStands) {
  const auto key = issue_for("acme");
  EXPECT_EQ(call(key), 200);
  EXPECT_EQ(limit(), "3");
  EXPECT_EQ(remaining(), "2");
  EXPECT_EQ(reset(), "20s");
  send(with_bearer(request("GET", "/v1/nothing"), key));
  EXPECT_EQ(exchange->response.status, 404);
  EXPECT_EQ(remaining(), "1") << "a path that is no route counts and tells too";
  EXPECT_EQ(reset(), "40s");
  EXPECT_EQ(call(key), 200);
  EXPECT_EQ(call(key), 429);
  EXPECT_EQ(remaining(), "0");
  EXPECT_EQ(reset(), "1m0s");
}

TEST_F(TenantLimitTest, WhereNoTenantIsKnownThePeersLimitIsTold) {
  EXPECT_EQ(send(request("GET", "/v1/models")).status, 401);
  EXPECT_EQ(limit(), "600");
  EXPECT_EQ(remaining(), "599");
  EXPECT_EQ(reset(), "100ms");
  EXPECT_EQ(send(request("GET", "/health")).status, 200);
  EXPECT_EQ(limit(), "(none)") << "only under /v1";
  auto revoked = issue_for("acme");
  revoked.record.revoked_at = clock.now();
  keyring.put(revoked.record);
  EXPECT_EQ(call(revoked), 401);
  EXPECT_EQ(limit(), "600") << "whoever is not let in draws nothing of the tenant's";
  EXPECT_EQ(tenants.size(), 0U);
}

TEST_F(TenantLimitTest, AChangedLimitIsInForceAtOnceAndZeroIsNone) {
  const auto key = issue_for("acme");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(call(key), 200);
  ASSERT_EQ(call(key), 429);
  set_rpm("team", 0);
  EXPECT_EQ(call(key), 200);
  EXPECT_EQ(limit(), "(none)");
  set_rpm("team", 2);
  EXPECT_EQ(call(key), 429) << "the bucket is as empty as it was";
  EXPECT_EQ(limit(), "2");
  EXPECT_EQ(header(exchange->response, "Retry-After"), "30");
}

TEST_F(TenantLimitTest, KeysOfSeveralPackagesDrawTheirSharesOfOneBucket) {
  set_rpm("business", 6);
  const auto small = issue_for("acme", "team");
  const auto large = issue_for("acme", "business");
  EXPECT_EQ(call(small), 200);  // a third of the bucket
  for (int i = 0; i < 4; ++i) EXPECT_EQ(call(large), 200) << i;
  EXPECT_EQ(call(large), 429);
  EXPECT_EQ(call(small), 429);
}

/// Eight keys of one tenant at four times its limit for a minute: what the bucket holds and what comes back
/// meanwhile goes through, whatever the threads do.
TEST_F(TenantLimitTest, ManyThreadsGetExactlyWhatTheBucketAllows) {
  constexpr int kRpm = 120;
  constexpr int kKeys = 8;
  constexpr int kSteps = 60;                        // a second each
  constexpr int kEach = 4 * kRpm / kKeys / kSteps;  // requests of a key in a step
  static_assert(kEach * kKeys * kSteps == 4 * kRpm);
  set_rpm("team", kRpm);
  std::vector<keys::MintedKey> all;
  for (int i = 0; i < kKeys; ++i) all.push_back(issue_for("acme"));
  std::atomic<int> granted = 0;
  const auto pass = [&](const keys::MintedKey& key) {
    http::Exchange one;
    one.principal = keyring.snapshot()->by_id(key.record.key_id);
    if (gate.pass(one)) ++granted;
  };
  for (int step = 0; step < kSteps; ++step) {
    std::vector<std::thread> threads;
    for (const auto& key : all) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) pass(key);
      });
    }
    for (auto& thread : threads) thread.join();
    clock.advance(std::chrono::seconds{1});
  }
  // One bucket at the start and 59 s of refill before the last step.
  EXPECT_GE(granted, kRpm + kRpm * 59 / 60 - 1);
  EXPECT_LE(granted, kRpm + kRpm * 59 / 60 + 1);
}

TEST(RateText, RoundsUpAsOpenAisClientsReadIt) {
  using std::chrono::milliseconds;
  using std::chrono::nanoseconds;
  EXPECT_EQ(duration_text(nanoseconds{0}), "0ms");
  EXPECT_EQ(duration_text(nanoseconds{1}), "1ms");
  EXPECT_EQ(duration_text(milliseconds{999}), "999ms");
  EXPECT_EQ(duration_text(milliseconds{1000}), "1s");
  EXPECT_EQ(duration_text(milliseconds{11'001}), "12s");
  EXPECT_EQ(duration_text(milliseconds{59'001}), "1m0s");
  EXPECT_EQ(duration_text(std::chrono::seconds{75}), "1m15s");
}

}  // namespace
}  // namespace cogos::stages
