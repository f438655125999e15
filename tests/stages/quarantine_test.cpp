#include <atomic>
#include <thread>

#include "proof/wire.hpp"
#include "stages/defence_fixture.hpp"

namespace cogos::stages {
namespace {

using keys::Scheme;
using std::chrono::milliseconds;
using std::chrono::seconds;

class QuarantineTest : public DefenceTest {};

TEST_F(QuarantineTest, AKeyUsedFromWhereAScannerFiresIsOutOfUseAtOnce) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  clock.advance(seconds{20});
  EXPECT_EQ(scan(), 200);
  EXPECT_EQ(exchange->response.body, "dot_env");
  EXPECT_EQ(use(key, "203.0.113.99"), 401) << "wherever it is used";
  EXPECT_EQ(error_type(), "key_quarantined_for_review");
  expect_receipts(&key);
  EXPECT_EQ(store.quarantined, std::vector<std::string>{key.record.key_id});
  EXPECT_EQ(observer.events,
            std::vector<std::string>{"quarantined " + key.record.key_id + " 192.0.2.7 dot_env"});
}

TEST_F(QuarantineTest, TheRowsSayWhyAndOnlyTheOperatorsSaysWhere) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  clock.advance(seconds{20});
  ASSERT_EQ(scan(), 200);
  const auto operators = parsed_rows(proof::kOperatorChain);
  ASSERT_EQ(operators.size(), 1U);
  Json detail{{"event", "key.quarantined"},  {"key_id", key.record.key_id},
              {"reason", "scanner_pattern"}, {"pattern", "dot_env"},
              {"order", "key_first"},        {"apart_ms", "20000"},
              {"scanner_hits", "1"},         {"authentication_failures", "0"},
              {"address", "192.0.2.7"},      {"tenant_id", "acme"},
              {"app_id", "_default"}};
  EXPECT_EQ(operators.front().at("detail"), detail);
  const auto customers = parsed_rows({"acme", "_default"});
  ASSERT_EQ(customers.size(), 2U) << "the call and the quarantine";
  const Json& row = customers.back();
  for (const char* member : {"address", "tenant_id", "app_id"}) detail.erase(member);
  EXPECT_EQ(row.at("detail"), detail);
  EXPECT_EQ(row.at("method"), "SYSTEM");
  EXPECT_EQ(row.at("route"), "key.quarantined");
  EXPECT_EQ(row.at("status"), "recorded");
  EXPECT_TRUE(row.at("key_id").is_null());
  EXPECT_TRUE(row.at("package_id").is_null());
  EXPECT_TRUE(row.at("sealed")) << "to the customer's key";
}

TEST_F(QuarantineTest, AKeyFirstUsedWhereAScannerJustFiredIsRefusedInThatVeryRequest) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(scan(), 200);
  clock.advance(seconds{20});
  EXPECT_EQ(use(key), 401);
  EXPECT_EQ(error_type(), "key_quarantined_for_review");
  expect_receipts(&key);
  EXPECT_EQ(exchange->appended_row, std::nullopt);
  EXPECT_TRUE(quarantined(key));
  EXPECT_EQ(use(key, "203.0.113.99"), 401);
  const auto rows_of_customer = parsed_rows({"acme", "_default"});
  ASSERT_EQ(rows_of_customer.size(), 1U) << "a refused call has no row; the quarantine has";
  EXPECT_EQ(rows_of_customer.front().at("detail").at("order"), "pattern_first");
  EXPECT_EQ(rows_of_customer.front().at("detail").at("apart_ms"), "20000");
}

TEST_F(QuarantineTest, SixtySecondsAreTheEdgeInBothOrders) {
  const auto first = issue(Scheme::bearer);
  const auto second = issue(Scheme::bearer);
  const auto third = issue(Scheme::bearer);
  const auto fourth = issue(Scheme::bearer);
  ASSERT_EQ(use(first, "192.0.2.1"), 200);
  ASSERT_EQ(use(second, "192.0.2.2"), 200);
  ASSERT_EQ(scan("192.0.2.3"), 200);
  ASSERT_EQ(scan("192.0.2.4"), 200);
  clock.advance(seconds{60});
  ASSERT_EQ(scan("192.0.2.1"), 200);
  EXPECT_TRUE(quarantined(first));
  EXPECT_EQ(use(third, "192.0.2.3"), 401);
  clock.advance(milliseconds{1});
  ASSERT_EQ(scan("192.0.2.2"), 200);
  EXPECT_FALSE(quarantined(second));
  EXPECT_EQ(use(fourth, "192.0.2.4"), 200);
}

TEST_F(QuarantineTest, EveryKeyThatWasUsedThereIsAndNoOther) {
  std::vector<keys::MintedKey> there;
  for (int i = 0; i < 20; ++i) there.push_back(issue(Scheme::bearer));
  const auto signing = issue(Scheme::ed25519);
  const auto elsewhere = issue(Scheme::bearer);
  for (const auto& key : there) ASSERT_EQ(use(key), 200);
  ASSERT_EQ(status_from("192.0.2.7", with_signature(request("GET", "/v1/models"), signing)), 200);
  ASSERT_EQ(use(elsewhere, "192.0.2.8"), 200);
  ASSERT_EQ(scan(), 200);
  for (const auto& key : there) EXPECT_TRUE(quarantined(key));
  EXPECT_TRUE(quarantined(signing));
  EXPECT_FALSE(quarantined(elsewhere));
  EXPECT_EQ(parsed_rows(proof::kOperatorChain).size(), 21U) << "one a key";
}

TEST_F(QuarantineTest, AnIpV6AddressCountsByItsNetwork) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key, "2001:db8:1:2::1"), 200);
  ASSERT_EQ(scan("2001:db8:1:3::1"), 200);
  EXPECT_FALSE(quarantined(key));
  ASSERT_EQ(scan("2001:db8:1:2:ffff::2"), 200);
  EXPECT_TRUE(quarantined(key));
}

TEST_F(QuarantineTest, ARefusedUseIsNoUse) {
  auto key = issue(Scheme::bearer);
  keyring.change_all({key.record.key_id}, [&](keys::KeyRecord& record) {
    record.revoked_at = clock.now();
    return true;
  });
  ASSERT_EQ(use(key), 401);
  ASSERT_EQ(scan(), 200);
  EXPECT_FALSE(quarantined(key));
  EXPECT_TRUE(parsed_rows(proof::kOperatorChain).empty());
}

TEST_F(QuarantineTest, FurtherHitsAddNoRows) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(scan(), 200);
  EXPECT_EQ(parsed_rows(proof::kOperatorChain).size(), 1U);
  EXPECT_EQ(parsed_rows({"acme", "_default"}).size(), 2U);
}

TEST_F(QuarantineTest, APathThatIsNoneHasItsOwnAnswerAndIsAUseAllTheSame) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(scan(), 200);
  EXPECT_EQ(status_from("192.0.2.7", with_bearer(request("GET", "/v1/nothing"), key)), 404);
  EXPECT_TRUE(quarantined(key));
  expect_receipts(&key);
}

TEST_F(QuarantineTest, AlertOnlyReportsAndNotTooOften) {
  defence.set_options({.quarantine = false, .exempt = {}});
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(scan(), 200);
  EXPECT_EQ(use(key), 200);
  EXPECT_FALSE(quarantined(key));
  EXPECT_TRUE(store.quarantined.empty());
  EXPECT_EQ(observer.events,
            std::vector<std::string>{"suspected " + key.record.key_id + " 192.0.2.7 dot_env"});
  const auto operators = parsed_rows(proof::kOperatorChain);
  ASSERT_EQ(operators.size(), 1U);
  EXPECT_EQ(operators.front().at("route"), "key.quarantine_alert");
  EXPECT_EQ(operators.front().at("detail").at("address"), "192.0.2.7");
  const auto customers = parsed_rows({"acme", "_default"});
  ASSERT_EQ(customers.size(), 3U) << "two calls, and the report between them";
  EXPECT_EQ(customers.at(1).at("route"), "key.quarantine_alert");
  clock.advance(std::chrono::minutes{15});
  ASSERT_EQ(use(key), 200);
  ASSERT_EQ(scan(), 200);
  EXPECT_EQ(observer.events.size(), 2U);
}

TEST_F(QuarantineTest, AnExemptAddressIsNeverSuspiciousAndIsBannedAllTheSame) {
  const std::vector<std::string> exempt{"192.0.2.0/29", "2001:db8::/32"};
  defence.set_options({.quarantine = true, .exempt = http::Networks::parse(exempt).value()});
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  for (int i = 0; i < 4; ++i) ASSERT_EQ(scan(), 200);
  EXPECT_FALSE(quarantined(key));
  EXPECT_EQ(scan(), 429);
  ASSERT_EQ(use(key, "192.0.2.8"), 200);
  ASSERT_EQ(scan("192.0.2.8"), 200);
  EXPECT_TRUE(quarantined(key)) << "the next address is not exempt";
}

TEST_F(QuarantineTest, WhatARotationJustMadeOfTheKeyGoesWithIt) {
  const auto old = issue(Scheme::bearer);
  ASSERT_EQ(use(old), 200);
  const auto rotated = [&](const keys::MintedKey& from) {
    auto fresh = issue(Scheme::bearer);
    fresh.record.rotated_from_key_id = from.record.key_id;
    keyring.put(fresh.record);
    return fresh;
  };
  const auto of_another = rotated(issue(Scheme::bearer));
  const auto before = rotated(old);
  clock.advance(seconds{60} + milliseconds{1});
  ASSERT_EQ(use(old), 200);
  const auto just_now = rotated(old);
  const auto and_again = rotated(just_now);
  ASSERT_EQ(scan(), 200);
  EXPECT_TRUE(quarantined(old));
  EXPECT_TRUE(quarantined(just_now));
  EXPECT_TRUE(quarantined(and_again));
  EXPECT_FALSE(quarantined(before)) << "its secrets left earlier";
  EXPECT_FALSE(quarantined(of_another));
}

TEST_F(QuarantineTest, HoldsInMemoryWhereTheDiskFails) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(status_from("192.0.2.7", with_bearer(request("GET", "/v1/models"), key)), 200);
  log.fail();
  ASSERT_EQ(scan(), 200);
  EXPECT_EQ(observer.events.back(), "not recorded key.quarantined");
  EXPECT_EQ(use(key), 401);
  bool settled = false;
  quarantine.when_settled([&](bool) { settled = true; });
  EXPECT_TRUE(settled) << "there is nothing to wait for any more";
}

TEST_F(QuarantineTest, SettledIsWhatIsOnDisk) {
  const auto first = issue(Scheme::bearer);
  const auto second = issue(Scheme::bearer);
  ASSERT_EQ(use(first), 200);
  store.hold();
  http::Exchange asked;
  asked.peer = boost::asio::ip::make_address("192.0.2.7");
  asked.request = request("GET", "/.env");
  ASSERT_TRUE(honeypot.pass(asked));
  EXPECT_TRUE(quarantined(first)) << "in memory at once";
  bool settled = false;
  quarantine.when_settled([&](bool) { settled = true; });
  EXPECT_FALSE(settled);
  store.let_go();
  EXPECT_TRUE(settled);
  settled = false;
  quarantine.when_settled([&](bool) { settled = true; });
  EXPECT_TRUE(settled);
  EXPECT_FALSE(quarantined(second));
}

class ClearedQuarantine : public DefenceTest {
 protected:
  Result<proof::ChainHead> clear(const std::string& key_id) {
    std::optional<Result<proof::ChainHead>> outcome;
    quarantine.clear(key_id, "/admin/keys/" + key_id + "/clear-quarantine", "req-2",
                     [&](Result<proof::ChainHead> head) { outcome.emplace(std::move(head)); });
    return outcome.value();
  }
};

TEST_F(ClearedQuarantine, TheKeyWorksAgainAndBothChainsSaySo) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  ASSERT_EQ(scan(), 200);
  ASSERT_EQ(use(key), 401);
  const auto head = clear(key.record.key_id);
  ASSERT_TRUE(head);
  EXPECT_EQ(store.cleared, std::vector<std::string>{key.record.key_id});
  EXPECT_EQ(use(key), 200) << "from the same address too: what is past was reviewed";
  EXPECT_EQ(keyring.snapshot()->by_id(key.record.key_id)->quarantine_evidence, nullptr);
  const auto operators = parsed_rows(proof::kOperatorChain);
  ASSERT_EQ(operators.size(), 2U);
  EXPECT_EQ(operators.back().at("method"), "POST");
  EXPECT_EQ(operators.back().at("route"), "/admin/keys/" + key.record.key_id + "/clear-quarantine");
  EXPECT_EQ(operators.back().at("detail").at("event"), "key.quarantine_cleared");
  EXPECT_EQ(operators.back().at("row_hash"), head->row_hash);
  const auto customers = parsed_rows({"acme", "_default"});
  EXPECT_EQ(customers.at(2).at("route"), "key.quarantine_cleared");
  const Json detail{{"event", "key.quarantine_cleared"}, {"key_id", key.record.key_id}};
  EXPECT_EQ(customers.at(2).at("detail"), detail);
}

TEST_F(ClearedQuarantine, ANewEventIsANewQuarantine) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  ASSERT_EQ(scan(), 200);
  ASSERT_TRUE(clear(key.record.key_id));
  clock.advance(seconds{1});
  ASSERT_EQ(use(key), 200);
  ASSERT_EQ(scan(), 200);
  EXPECT_EQ(use(key), 401);
}

TEST_F(ClearedQuarantine, OnlyWhatIsQuarantinedCanBeCleared) {
  const auto key = issue(Scheme::bearer);
  EXPECT_EQ(clear("unknown").error().code(), ErrorCode::not_found);
  EXPECT_EQ(clear(key.record.key_id).error().code(), ErrorCode::conflict);
  EXPECT_TRUE(parsed_rows(proof::kOperatorChain).empty());
}

TEST_F(ClearedQuarantine, WhereItCannotBeRecordedTheKeyStaysWhereItIs) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  ASSERT_EQ(scan(), 200);
  log.fail();
  EXPECT_FALSE(clear(key.record.key_id));
  EXPECT_TRUE(quarantined(key));
}

TEST_F(ClearedQuarantine, ASuspicionThatComesMeanwhileKeepsTheKeyWhereItIs) {
  const auto key = issue(Scheme::bearer);
  ASSERT_EQ(use(key), 200);
  ASSERT_EQ(scan(), 200);
  store.hold();
  std::optional<Result<proof::ChainHead>> outcome;
  const auto start = [&] {
    quarantine.clear(key.record.key_id, "/admin/x", "req-2",
                     [&](Result<proof::ChainHead> head) { outcome.emplace(std::move(head)); });
  };
  start();
  ASSERT_FALSE(outcome);
  start();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error().code(), ErrorCode::conflict) << "one clearing at a time";
  outcome.reset();
  quarantine.impose({{key.record.key_id, {"wordpress", "192.0.2.9", true, 5, 1, 0}}});
  store.let_go();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(*outcome);
  ASSERT_TRUE(quarantined(key));
  EXPECT_EQ(keyring.snapshot()->by_id(key.record.key_id)->quarantine_evidence->pattern, "wordpress");
  EXPECT_EQ(store.quarantined.size(), 2U);
}

TEST_F(QuarantineTest, OnNoThreadDoesAKeySpeakAfterTheHit) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 20;
  gates_in_order({&ban, &honeypot, &authenticate, &key_use});  // as many at once as come
  for (int round = 0; round < kRounds; ++round) {
    const auto key = issue(Scheme::bearer);
    const auto call = with_bearer(request("GET", "/v1/models"), key);
    const std::string scanner = "198.51.100." + std::to_string(round);
    const auto answer_to = [&](const std::string& from, const http::Request& what) {
      http::Exchange asked;
      asked.peer = boost::asio::ip::make_address(from);
      asked.request = what;
      asked.received_at = clock.now();
      test::run_task(pipeline->answer(asked));
      return asked.response.status;
    };
    // Without a use from there the hit would concern nobody.
    ASSERT_EQ(answer_to(scanner, call), 200);
    std::atomic<bool> fired = false;
    std::atomic<int> admitted_before = 0;
    std::atomic<int> admitted_after = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        // Half of them from the scanner's own address.
        const std::string from = i % 2 == 0 ? scanner : "203.0.113." + std::to_string(i);
        for (int after = 0; after < 50;) {
          const bool late = fired;
          const bool spoke = answer_to(from, call) == 200;
          if (late) {
            admitted_after += spoke ? 1 : 0;
            ++after;
          } else {
            admitted_before += spoke ? 1 : 0;
          }
        }
      });
    }
    while (admitted_before < kThreads) std::this_thread::yield();
    EXPECT_EQ(answer_to(scanner, request("GET", "/.env")), 200);
    fired = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(admitted_after, 0);
    EXPECT_EQ(store.quarantined.size(), static_cast<std::size_t>(round) + 1) << "once for all of them";
  }
}

}  // namespace
}  // namespace cogos::stages
