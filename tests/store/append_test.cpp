#include <latch>

#include "store/blocking_store.hpp"
#include "store/held_writer.hpp"

namespace cogos::store {
namespace {

class Append : public BlockingStoreTest {
 protected:
  /// Appends without waiting.
  std::future<Result<proof::ChainHead>> start(const std::string& app) {
    auto done = std::make_shared<std::promise<Result<proof::ChainHead>>>();
    auto answer = done->get_future();
    store->audit_log().append(draft(app),
                              [done](Result<proof::ChainHead> head) { done->set_value(std::move(head)); });
    return answer;
  }
  static bool ready(const std::future<Result<proof::ChainHead>>& answer) {
    return answer.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
  }
};

TEST_F(Append, KeepsTheOrderOfTheCallsOfOneCaller) {
  std::vector<std::uint64_t> seqs;
  std::latch done(100);
  for (int i = 0; i < 100; ++i) {
    store->audit_log().append(draft("billing"), [&](const Result<proof::ChainHead>& head) {
      seqs.push_back(head->seq);
      done.count_down();
    });
  }
  done.wait();
  for (std::size_t i = 0; i < seqs.size(); ++i) EXPECT_EQ(seqs[i], i + 1);
}

TEST_F(Append, GivesNoChainAnOlderTimeThanAnotherHas) {
  const auto start = clock.now();
  EXPECT_TRUE(append("billing"));
  clock.set(start - std::chrono::hours{1});
  EXPECT_EQ(append("billing")->ts, start);
  // Nor in another chain: a reader of both may be past that time already.
  EXPECT_EQ(append("support")->ts, start);
}

TEST_F(Append, WritesWhatHasQueuedUpInOneTransactionABatch) {
  options.max_batch = 32;
  reopen();
  HeldWriter held(store->audit_log(), draft("billing"));
  const auto before = store->status().commits;
  std::latch done(100);
  for (int i = 0; i < 100; ++i) {
    store->audit_log().append(draft(i % 2 == 0 ? "billing" : "support"),
                              [&](const Result<proof::ChainHead>& head) {
                                EXPECT_TRUE(head);
                                done.count_down();
                              });
  }
  EXPECT_EQ(store->status().queued_writes, 100U);
  held.release();
  done.wait();
  EXPECT_EQ(store->status().commits - before, 4U);  // 32 + 32 + 32 + 4
  EXPECT_EQ(store->status().rows_written, 101U);
}

TEST_F(Append, RefusesAtOnceWhenTheQueueIsFull) {
  options.max_queued_writes = 3;
  reopen();
  HeldWriter held(store->audit_log(), draft("billing"));
  std::vector<std::future<Result<proof::ChainHead>>> queued;
  for (int i = 0; i < 3; ++i) queued.push_back(start("billing"));
  auto refused = start("billing");
  ASSERT_TRUE(ready(refused));
  const auto outcome = refused.get();
  EXPECT_EQ(outcome.error().code(), ErrorCode::overloaded);
  EXPECT_EQ(outcome.error().retry_after_s(), 1U);
  held.release();
  for (auto& answer : queued) EXPECT_TRUE(answer.get());
  EXPECT_EQ(append("billing")->seq, 5U);
}

TEST_F(Append, CompletesWhatIsQueuedWhenItCloses) {
  std::vector<std::future<Result<proof::ChainHead>>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(start("billing"));
  store->close();
  for (auto& answer : answers) {
    ASSERT_TRUE(ready(answer));
    EXPECT_TRUE(answer.get());
  }
  EXPECT_EQ(append("billing").error().code(), ErrorCode::audit_unavailable);
  EXPECT_EQ(store->audit_log().head({"acme", "billing"})->seq, 50U);
  EXPECT_EQ(std::filesystem::file_size(options.data_dir / "cogos.db-wal"), 0U);
}

TEST_F(Append, RefusesRowsThatWouldBreakTheChainAndUsesUpNoSeq) {
  EXPECT_TRUE(append("billing"));
  auto unsealed = draft("billing");
  unsealed.seal.reset();
  EXPECT_EQ(append(std::move(unsealed)).error().code(), ErrorCode::audit_unavailable);
  auto huge = draft("billing");
  huge.prompt_tokens = std::uint64_t{1} << 60U;
  EXPECT_EQ(append(std::move(huge)).error().code(), ErrorCode::audit_unavailable);
  EXPECT_EQ(append("billing")->seq, 2U);
  EXPECT_TRUE(store->audit_log().writable());
}

}  // namespace
}  // namespace cogos::store
