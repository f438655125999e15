// What of a key's life the gate that lets it in has to do with.
#include <atomic>
#include <thread>

#include "stages/pipeline_fixture.hpp"

namespace cogos::stages {
namespace {

using CredentialsTest = PipelineTest;
using keys::Scheme;

TEST_F(CredentialsTest, ASpentSignatureGoesWithTheRowAndServesTheNextProcess) {
  const auto key = issue(Scheme::ed25519);
  const auto post = with_signature(request("POST", "/v1/chat/completions", "{}"), key);
  EXPECT_EQ(send(post).status, 200);
  EXPECT_EQ(send(with_signature(request("GET", "/v1/models"), key)).status, 200);
  EXPECT_EQ(send(with_bearer(request("POST", "/v1/chat/completions", "{}"), issue(Scheme::bearer))).status,
            200);
  const auto spent = log.spent_signatures();
  ASSERT_EQ(spent.size(), 1U) << "of what is signed and has a row";
  EXPECT_EQ(spent[0].until, clock.now() + std::chrono::milliseconds{300'000});
  ReplayCache of_next_process(100);
  EXPECT_EQ(of_next_process.remember(spent[0], clock.now()), ReplayCache::Outcome::fresh);
  AuthenticateGate gate(keyring, key_store, clock, of_next_process, failures);
  http::Exchange again;
  again.request = post;
  again.request_sha256 = crypto::sha256_hex(post.body);
  again.route = exchange->route;
  const auto refused = gate.pass(again);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::replayed_request);
}

TEST_F(CredentialsTest, ARotatedKeysFirstRequestIsNotedOnceAndAReplacedKeyIsRefused) {
  auto minted = issue(Scheme::bearer);
  keys::KeyRecord record = minted.record;
  record.rotated_from_key_id = "old";
  record.first_use = std::make_shared<keys::FirstUse>();
  keyring.put(record);
  const auto get = with_bearer(request("GET", "/v1/models"), minted);
  key_store.let_marks_fail(true);
  EXPECT_EQ(send(get).status, 200) << "no request waits for the note, or fails with it";
  EXPECT_TRUE(record.first_use->used());
  EXPECT_EQ(key_store.marks().size(), 0U);
  key_store.let_marks_fail(false);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(get).status, 200);
  EXPECT_EQ(key_store.marks().count(record.key_id), 1U)
      << "tried again until it is on disk, and then no more";

  record.first_use = std::make_shared<keys::FirstUse>();
  keyring.put(record);
  EXPECT_TRUE(record.first_use->replace());
  EXPECT_EQ(send(get).status, 401);
  EXPECT_EQ(error_type(), "invalid_api_key");
  expect_receipts(&minted);
}

TEST_F(CredentialsTest, ARevocationHoldsForEveryRequestOnEveryThreadAfterIt) {
  for (int round = 0; round < 20; ++round) {
    const auto key = issue(Scheme::bearer);
    std::atomic<bool> revoked = false;
    std::atomic<int> admitted_after = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (bool last = false; !last;) {
          last = revoked;
          http::Exchange one;
          one.request = with_bearer(request("GET", "/v1/models"), key);
          one.route = router.find("GET", "/v1/models").route;
          if (authenticate.pass(one) && last) ++admitted_after;
        }
      });
    }
    keyring.change(key.record.key_id, [&](keys::KeyRecord& record) { record.revoked_at = clock.now(); });
    revoked = true;
    threads.clear();
    EXPECT_EQ(admitted_after, 0);
  }
}

}  // namespace
}  // namespace cogos::stages
