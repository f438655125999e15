#include "stages/peer_limit.hpp"

#include "proof/wire.hpp"
#include "stages/pipeline_fixture.hpp"

namespace cogos::stages {
namespace {

using keys::Scheme;

/// The whole line with a limit at its front.
class PeerLimitTest : public PipelineTest {
 protected:
  PeerLimitTest() {
    gates_in_order({&gate, &authenticate, &admin, &load, &body_gate});
    peer = "192.0.2.7";
  }

  int from(const std::string& address, http::Request what) {
    peer = address;
    return send(std::move(what)).status;
  }
  int ask(const std::string& address) { return from(address, request("GET", "/health")); }

  TokenBuckets buckets{100, clock, random};
  PeerLimitGate gate{{3, 2}, buckets};
};

TEST_F(PeerLimitTest, RefusesWithAWaitThatIsEnough) {
  const auto key = issue(Scheme::bearer);
  const auto call = [&] { return with_bearer(request("POST", "/v1/chat/completions", "{}"), key); };
  for (int i = 0; i < 3; ++i) ASSERT_EQ(send(call()).status, 200);
  ASSERT_EQ(rows().size(), 3U);
  EXPECT_EQ(send(call()).status, 429);
  EXPECT_EQ(error_type(), "rate_limit_exceeded");
  EXPECT_EQ(header(exchange->response, "Retry-After"), "20");
  EXPECT_EQ(rows().size(), 3U) << "a refusal makes no row";
  clock.advance(std::chrono::milliseconds{19'999});
  EXPECT_EQ(send(call()).status, 429);
  EXPECT_EQ(header(exchange->response, "Retry-After"), "1");
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(send(call()).status, 200);
}

TEST_F(PeerLimitTest, TheReceiptOfARefusalIsOverAnEmptyRequestBody) {
  const auto key = issue(Scheme::bearer);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(ask("192.0.2.7"), 200);
  EXPECT_EQ(send(with_bearer(request("POST", "/v1/chat/completions", "{not JSON"), key)).status, 429);
  EXPECT_TRUE(exchange->request.body.empty());
  // Refused before its credentials were looked at: nobody has proved to hold a key.
  expect_receipts(nullptr);
  EXPECT_EQ(attested_head(), proof::kNoHash);
}

TEST_F(PeerLimitTest, CountsEachAddressByItselfAndIpV6ByItsNetwork) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(ask("192.0.2.7"), 200);
  EXPECT_EQ(ask("192.0.2.7"), 429);
  EXPECT_EQ(ask("192.0.2.8"), 200);
  EXPECT_EQ(ask("2001:db8:1:2::1"), 200);
  EXPECT_EQ(ask("2001:db8:1:2::2"), 200);
  EXPECT_EQ(ask("2001:db8:1:2:ffff::3"), 200);
  EXPECT_EQ(ask("2001:db8:1:2::4"), 429);
  EXPECT_EQ(ask("2001:db8:1:3::1"), 200);
}

TEST_F(PeerLimitTest, IsTighterBelowAdminWhetherARouteIsThereOrNot) {
  EXPECT_EQ(from("192.0.2.7", request("POST", "/admin/keys", "{}")), 401);
  EXPECT_EQ(from("192.0.2.7", request("GET", "/admin/nothing")), 404);
  EXPECT_EQ(from("192.0.2.7", request("POST", "/admin/keys", "{}")), 429);
  // The third of all; what was refused below /admin counted here.
  EXPECT_EQ(ask("192.0.2.7"), 429);
  EXPECT_EQ(ask("192.0.2.8"), 200);
}

TEST_F(PeerLimitTest, ZeroIsNoLimit) {
  PeerLimitGate open({0, 0}, buckets);
  gates_in_order({&open, &authenticate, &admin, &load, &body_gate});
  for (int i = 0; i < 50; ++i) ASSERT_EQ(ask("192.0.2.7"), 200);
  EXPECT_EQ(buckets.size(), 0U);
}

}  // namespace
}  // namespace cogos::stages
