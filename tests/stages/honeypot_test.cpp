#include "stages/honeypot.hpp"

#include "stages/defence_fixture.hpp"

namespace cogos::stages {
namespace {

class HoneypotTest : public DefenceTest {
 protected:
  std::string found(std::string method, std::string target, std::string body = {}) {
    return send(request(std::move(method), std::move(target), std::move(body))).body;
  }
};

TEST_F(HoneypotTest, AScannerFindsADecoyByAnyMethodAndWithAnyQuery) {
  EXPECT_EQ(found("GET", "/.env"), "dot_env");
  EXPECT_EQ(exchange->response.status, 200);
  EXPECT_EQ(found("POST", "/%2Egit/config?x=/v1", "not JSON"), "version_control");
  peer = "192.0.2.8";
  EXPECT_EQ(found("DELETE", "/WP-LOGIN.PHP/"), "wordpress");
  EXPECT_EQ(found("HEAD", "/phpinfo.php"), "") << "a HEAD has no body";
  EXPECT_EQ(exchange->response.status, 200);
}

TEST_F(HoneypotTest, TheFourthOfThemWithinAMinuteIsTheLast) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(found("GET", "/.env"), "dot_env");
  EXPECT_EQ(send(request("GET", "/.env")).status, 429);
  EXPECT_EQ(header(exchange->response, "Retry-After"), "900");
  EXPECT_EQ(send(request("GET", "/health")).status, 429);
  EXPECT_EQ(observer.events, std::vector<std::string>{"banned 192.0.2.7 scanner_hits 900"});
  EXPECT_EQ(log.rows(proof::kOperatorChain).size(), 1U);
}

TEST_F(HoneypotTest, WhatIsThereIsNoHoneypotNorIsWhatNobodyKnows) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(send(request("GET", "/health")).status, 200);
    EXPECT_EQ(send(request("POST", "/health")).status, 405);
    EXPECT_EQ(send(request("GET", "/v1/models")).status, 401);
    EXPECT_EQ(send(request("GET", "/v1/.env")).status, 404);
    EXPECT_EQ(send(request("GET", "/admin/.env")).status, 404);
    EXPECT_EQ(send(request("GET", "/robots.txt")).status, 404);
  }
  EXPECT_EQ(detector.addresses(), 0U);
}

TEST_F(HoneypotTest, SwitchedOffThereIsNothingAndNothingIsHeldAgainstAnybody) {
  HoneypotGate off{decoys, false, defence, keyring, clock};
  gates_in_order({&ban, &off, &authenticate, &admin, &load, &body_gate});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(send(request("GET", "/.env")).status, 404);
  EXPECT_EQ(detector.addresses(), 0U);
}

TEST_F(HoneypotTest, AProbesKeyLooksAtThemAndNothingIsHeldAgainstItsAddress) {
  const auto probe = issue_probe();
  const auto customer = issue(keys::Scheme::bearer);
  EXPECT_EQ(use(customer), 200);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(send(with_bearer(request("GET", "/.env"), probe)).body, "dot_env");
  }
  EXPECT_EQ(detector.addresses(), 0U);
  EXPECT_FALSE(quarantined(customer));
  EXPECT_EQ(send(with_bearer(request("GET", "/v1/models"), customer)).status, 200);
}

TEST_F(HoneypotTest, NoOtherCredentialMakesAScannerAProbe) {
  const auto customer = issue(keys::Scheme::bearer);
  auto revoked = issue_probe();
  revoked.record.revoked_at = clock.now();
  keyring.put(revoked.record);
  auto twice = with_bearer(request("GET", "/.env"), issue_probe());
  twice.headers.add("Authorization", "Bearer sk-cogos-00000000000000000000000000000000");
  auto unknown = request("GET", "/.env");
  unknown.headers.set("Authorization", "Bearer sk-cogos-00000000000000000000000000000000");
  send(with_bearer(request("GET", "/.env"), customer));
  send(with_bearer(request("GET", "/.env"), revoked));
  send(std::move(twice));
  EXPECT_EQ(send(std::move(unknown)).body, "dot_env");
  EXPECT_EQ(send(request("GET", "/health")).status, 429) << "four hits within a minute";
}

TEST_F(HoneypotTest, AProbesKeyFromAnAddressThatAlsoScansWithoutItIsQuarantined) {
  const auto probe = issue_probe();
  router.add({"GET", "/v1/me", http::Realm::customer, http::BodyKind::none,
              [](http::Exchange&) -> http::Task<Result<http::Response>> { co_return http::Response{}; }});
  EXPECT_EQ(status_from("192.0.2.7", with_bearer(request("GET", "/v1/me"), probe)), 200);
  scan();
  EXPECT_TRUE(quarantined(probe));
}

TEST_F(HoneypotTest, OnTheOperatorsOwnListenerThereAreNone) {
  for (const auto surface : {http::Surface::operators, http::Surface::probes}) {
    http::Exchange asked;
    asked.surface = surface;
    asked.peer = boost::asio::ip::make_address(peer);
    asked.request = request("GET", "/.env");
    ASSERT_TRUE(honeypot.pass(asked));
    EXPECT_EQ(asked.route, nullptr);
  }
  EXPECT_EQ(detector.addresses(), 0U);
}

}  // namespace
}  // namespace cogos::stages
