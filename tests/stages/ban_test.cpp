#include "proof/wire.hpp"
#include "stages/defence_fixture.hpp"

namespace cogos::stages {
namespace {

using keys::Scheme;

/// The whole line with the ban's gate at its front, behind gates that report to the defence.
class BanTest : public DefenceTest {
 protected:
  BanTest() {
    gates_in_order({&ban, &watched_authenticate, &watched_admin, &load, &body_gate});
    peer = "192.0.2.7";
  }

  int ask(const std::string& from, http::Request what) {
    peer = from;
    return send(std::move(what)).status;
  }
  http::Request wrong_key() const {
    auto wrong = request("GET", "/v1/models");
    wrong.headers.set("Authorization", "Bearer sk-cogos-" + std::string(32, '0'));
    return wrong;
  }
  http::Request as_operator(const std::string& key) const {
    auto call = request("POST", "/admin/keys", "{}");
    call.headers.set("X-Admin-Key", key);
    return call;
  }
  AuthenticateGate watched_authenticate{keyring, key_store, clock, replays, defence};
  AdminGate watched_admin{crypto::SecretText("0123456789abcdef"), defence};
};

TEST_F(BanTest, AGuesserOfKeysIsRefusedAtTheFirstGateUntilTheBanEnds) {
  const auto key = issue(Scheme::bearer);
  for (int i = 0; i < 11; ++i) ASSERT_EQ(ask("192.0.2.7", wrong_key()), 401) << i;
  const auto call = [&] { return with_bearer(request("POST", "/v1/chat/completions", "{not JSON"), key); };
  EXPECT_EQ(ask("192.0.2.7", call()), 429) << "a right key too: nothing of the request is looked at";
  EXPECT_EQ(error_type(), "rate_limit_exceeded");
  EXPECT_EQ(header(exchange->response, "Retry-After"), "300");
  EXPECT_TRUE(exchange->request.body.empty());
  expect_receipts(nullptr);
  EXPECT_TRUE(log.rows({"acme", "_default"}).empty());
  EXPECT_EQ(ask("192.0.2.7", request("GET", "/health")), 429);
  EXPECT_EQ(ask("192.0.2.8", request("GET", "/health")), 200);
  clock.advance(std::chrono::milliseconds{299'001});
  EXPECT_EQ(ask("192.0.2.7", request("GET", "/health")), 429);
  EXPECT_EQ(header(exchange->response, "Retry-After"), "1");
  clock.advance(std::chrono::milliseconds{999});
  EXPECT_EQ(ask("192.0.2.7", request("GET", "/health")), 200);
}

TEST_F(BanTest, EachBanIsOneRowOfTheOperators) {
  for (int i = 0; i < 30; ++i) (void)ask("2001:db8:1:2::7", wrong_key());
  const auto rows = parsed_rows(proof::kOperatorChain);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().at("method"), "SYSTEM");
  EXPECT_EQ(rows.front().at("route"), "peer.banned");
  EXPECT_TRUE(rows.front().at("key_id").is_null());
  const Json detail{{"event", "peer.banned"},
                    {"address", "2001:db8:1:2::/64"},
                    {"reason", "authentication_failures"},
                    {"count", "11"},
                    {"seconds", "300"}};
  EXPECT_EQ(rows.front().at("detail"), detail);
  EXPECT_EQ(observer.events,
            std::vector<std::string>{"banned 2001:db8:1:2::/64 authentication_failures 300"});
}

TEST_F(BanTest, ABanHoldsWhereItsRowCannotBeWritten) {
  log.fail();
  for (int i = 0; i < 11; ++i) (void)ask("192.0.2.7", wrong_key());
  EXPECT_EQ(ask("192.0.2.7", request("GET", "/health")), 429);
  EXPECT_EQ(observer.events.back(), "not recorded peer.banned");
}

TEST_F(BanTest, WhatProvesNothingIsAFailure) {
  const auto signing = issue(Scheme::ed25519);
  gates_in_order({&authenticate, &admin, &load, &body_gate});
  const auto counted = [&](http::Request what) {
    failures.addresses.clear();
    (void)send(std::move(what));
    return failures.addresses.size();
  };
  EXPECT_EQ(counted(wrong_key()), 1U);
  auto tampered = with_signature(request("GET", "/v1/models"), signing);
  tampered.target = "/v1/models?x";
  EXPECT_EQ(counted(std::move(tampered)), 1U);
  EXPECT_EQ(counted(as_operator("wrong")), 1U);
  auto on_no_route = wrong_key();
  on_no_route.target = "/v1/nothing";
  EXPECT_EQ(counted(std::move(on_no_route)), 1U) << "a guess costs the same wherever it is made";

  EXPECT_EQ(counted(as_operator("0123456789abcdef")), 0U);
  EXPECT_EQ(counted(request("POST", "/admin/keys", "{}")), 0U) << "no key is no guess";
  EXPECT_EQ(counted(request("GET", "/v1/models")), 0U);
  EXPECT_EQ(counted(with_signature(request("GET", "/v1/models"), signing, {}, 400'000)), 0U)
      << "a clock that is wrong";
  auto elsewhere = wrong_key();
  elsewhere.target = "/health";
  EXPECT_EQ(counted(std::move(elsewhere)), 0U);
}

TEST_F(BanTest, AKnownKeyThatIsNotAdmittedIsNoGuess) {
  auto minted = issue(Scheme::bearer);
  const auto ask_with = [&](auto change) {
    keys::KeyRecord record = minted.record;
    change(record);
    keyring.put(record);
    return ask("192.0.2.9", with_bearer(request("GET", "/v1/models"), minted));
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ask_with([&](auto& record) { record.revoked_at = clock.now(); }), 401);
    EXPECT_EQ(ask_with([&](auto& record) { record.expires_at = clock.now(); }), 401);
    EXPECT_EQ(ask_with([&](auto& record) { record.quarantined_at = clock.now(); }), 401);
  }
  EXPECT_EQ(ask("192.0.2.9", request("GET", "/health")), 200);
}

TEST_F(BanTest, ManyBansAtOnceDoNotFillTheQueue) {
  // A log that answers later, as a disk does.
  struct Later final : proof::AuditLog {
    void append(proof::RowDraft draft, Appended done) override {
      drafts.push_back(std::move(draft));
      waiting.push_back(std::move(done));
    }
    void remember(const SpentSignature&, Remembered) override {}
    std::optional<proof::ChainHead> head(const proof::ChainId&) const override { return std::nullopt; }
    std::map<std::string, proof::ChainHead> heads(std::string_view) const override { return {}; }
    void read(proof::AuditQuery, PageRead) override {}
    bool writable() const override { return true; }
    std::vector<proof::RowDraft> drafts;
    std::vector<Appended> waiting;
  } later;
  BanRecorder recorder_of_bans{later, operator_rows, observer};
  const auto ban_one = [&](std::uint32_t number) {
    recorder_of_bans.record(boost::asio::ip::address_v4(number), "scanner_hits", 4, Detector::kScanBan);
  };
  for (std::uint32_t i = 0; i < BanRecorder::kMaxWaiting + 30; ++i) ban_one(i);
  EXPECT_EQ(later.drafts.size(), BanRecorder::kMaxWaiting);
  for (auto& done : later.waiting) done(proof::ChainHead{});
  ban_one(5'000);
  ASSERT_EQ(later.drafts.size(), BanRecorder::kMaxWaiting + 1);
  EXPECT_EQ(later.drafts.back().detail->at("bans_left_out"), "30");
}

}  // namespace
}  // namespace cogos::stages
