#include <future>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "proof/wire.hpp"
#include "store/blocking_store.hpp"

namespace cogos::store {
namespace {

constexpr std::chrono::milliseconds kTick{1};
using Seen = std::set<std::pair<std::string, std::uint64_t>>;

class Pages : public BlockingStoreTest {
 protected:
  /// The cursor that a client goes on from.
  static TimePoint next(const proof::AuditPage& page) {
    const TimePoint last = page.rows.back().ts;
    return last < page.settled_before ? last + kTick : last;
  }

  static void expect_chain(const proof::AuditPage& page, const std::string& app, std::uint64_t after_seq,
                           const std::string& predecessor) {
    ChainVerifier verifier("acme", app, after_seq, predecessor);
    for (const auto& row : page.rows) {
      if (row.app_id == app) verifier.add(proof::assemble_row(row.core, row.sealed, row.row_hash));
    }
    EXPECT_TRUE(verifier.report().holds()) << app << ": " << verifier.report().broken->reason;
  }

  /// The order of the rows, and each app's as a chain after the predecessor named.
  static void check(const proof::AuditPage& page) {
    for (std::size_t i = 1; i < page.rows.size(); ++i) {
      const auto& a = page.rows[i - 1];
      const auto& b = page.rows[i];
      EXPECT_LT(std::tie(a.ts, a.app_id, a.seq), std::tie(b.ts, b.app_id, b.seq));
    }
    for (const auto& [app, predecessor] : page.predecessors) {
      const auto first = std::find_if(page.rows.begin(), page.rows.end(),
                                      [&app = app](const auto& row) { return row.app_id == app; });
      ASSERT_NE(first, page.rows.end());
      expect_chain(page, app, first->seq - 1, predecessor);
    }
  }
};

TEST_F(Pages, AreRefusedAtOnceWhenTheQueueIsFull) {
  options.reader_threads = 1;
  options.max_queued_reads = 1;
  reopen();
  std::promise<void> begun;
  std::promise<void> release;
  std::promise<bool> queued;
  store->audit_log().read(all(), [&](const Result<proof::AuditPage>&) {
    begun.set_value();
    release.get_future().wait();
  });
  begun.get_future().wait();  // the one reader is busy from here on
  store->audit_log().read(all(),
                          [&](const Result<proof::AuditPage>& page) { queued.set_value(page.has_value()); });
  std::optional<Error> refused;
  store->audit_log().read(all(), [&](const Result<proof::AuditPage>& page) { refused = page.error(); });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code(), ErrorCode::overloaded);
  EXPECT_EQ(refused->retry_after_s(), 1U);
  release.set_value();
  EXPECT_TRUE(queued.get_future().get());
}

TEST_F(Pages, SayThatTheMillisecondStillRuns) {
  EXPECT_TRUE(append("billing"));
  const proof::AuditQuery query{"acme", std::nullopt, clock.now(), std::nullopt, 100};
  const auto running = read(query);
  ASSERT_EQ(running.rows.size(), 1U);
  EXPECT_EQ(running.settled_before, running.rows.back().ts);
  EXPECT_TRUE(append("support"));
  clock.advance(kTick);
  const auto over = read(query);
  ASSERT_EQ(over.rows.size(), 2U);
  EXPECT_GT(over.settled_before, over.rows.back().ts);
  // What was promised binds rows to come even if the clock runs back.
  clock.advance(-kTick);
  EXPECT_GE(append("billing")->ts, over.settled_before);
}

TEST_F(Pages, LoseNoRowWhileRowsAreWritten) {
  std::atomic<bool> writing{true};
  std::atomic<std::size_t> written{0};
  std::vector<std::thread> writers;
  constexpr int kWriters = 3;
  constexpr int kRows = 200;
  for (int thread = 0; thread < kWriters; ++thread) {
    writers.emplace_back([&, thread] {
      std::mt19937 dice(static_cast<unsigned>(thread));
      for (int i = 0; i < kRows; ++i) {
        const auto app = "app" + std::to_string(dice() % 4);
        if (append(app)) ++written;
        // The clock goes on in jerks, and now and then back.
        const auto throw_of = dice() % 20;
        if (throw_of < 5) clock.advance(kTick);
        if (throw_of == 19) clock.advance(-3 * kTick);
      }
    });
  }
  std::thread stop([&] {
    for (auto& writer : writers) writer.join();
    clock.advance(std::chrono::seconds{10});
    writing = false;
  });
  Seen seen;
  std::mt19937 dice(7);
  proof::AuditQuery query{"acme", std::nullopt, from_unix_ms(0), std::nullopt, 1};
  for (bool again = true; again;) {
    const bool last_round = !writing;
    query.limit = static_cast<std::uint32_t>(dice() % 9 + 1);
    const auto page = read(query);
    check(page);
    for (const auto& row : page.rows) {
      // A row may come twice only while its millisecond was not over.
      seen.emplace(row.app_id, row.seq);
    }
    if (!page.rows.empty()) query.since = next(page);
    again = page.more || !last_round;
  }
  stop.join();
  EXPECT_EQ(written, static_cast<std::size_t>(kWriters * kRows));
  EXPECT_EQ(seen.size(), written);
}

TEST_F(Pages, SeeEveryRowThatWasDurableAtTheCall) {
  for (int i = 0; i < 50; ++i) {
    const auto head = append(i % 2 == 0 ? "billing" : "support").value();
    const auto page = read({"acme", std::nullopt, head.ts, std::nullopt, 1000});
    EXPECT_TRUE(std::any_of(page.rows.begin(), page.rows.end(),
                            [&](const auto& row) { return row.row_hash == head.row_hash; }));
    if (i % 7 == 0) clock.advance(kTick);
  }
}

TEST_F(Pages, AfterSeqTakeJustSoManyRowsWithTheRightPredecessor) {
  std::vector<std::string> hashes{proof::kNoHash};
  const auto start = clock.now();
  for (int i = 0; i < 12; ++i) {
    EXPECT_TRUE(append("support"));  // Between, so that the row before in the table is another chain's.
    hashes.push_back(append("billing")->row_hash);
    if (i >= 5) clock.advance(kTick);
  }
  for (std::uint64_t after = 0; after <= 12; ++after) {
    const auto page = read({"acme", "billing", std::nullopt, after, 5});
    ASSERT_EQ(page.rows.size(), std::min<std::size_t>(5, 12 - after));
    EXPECT_EQ(page.more, 12 - after > 5);
    if (page.rows.empty()) continue;
    EXPECT_EQ(page.rows.front().seq, after + 1);
    EXPECT_EQ(page.predecessors.at("billing"), hashes[after]);
    expect_chain(page, "billing", after, hashes[after]);
  }
  // Both bounds: the later one counts.
  const auto since = read({"acme", "billing", start + 2 * kTick, 1, 100});
  ASSERT_FALSE(since.rows.empty());
  EXPECT_EQ(since.rows.front().seq, 8U);
  EXPECT_EQ(read({"acme", "billing", start, 9, 100}).rows.front().seq, 10U);
  EXPECT_TRUE(read({"acme", "billing", start, UINT64_MAX, 100}).rows.empty());
  std::promise<ErrorCode> refused;
  store->audit_log().read(
      {"acme", std::nullopt, start, 9, 100},
      [&refused](const Result<proof::AuditPage>& page) { refused.set_value(page.error().code()); });
  EXPECT_EQ(refused.get_future().get(), ErrorCode::invalid_request);
}

TEST_F(Pages, EndWhereTheirRowsGetTooLarge) {
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(append("billing"));
    if (i % 2 == 1) clock.advance(kTick);
  }
  const auto all = read({"acme", "billing", std::nullopt, 0, 100});
  ASSERT_EQ(all.rows.size(), 6U);
  const std::size_t first = all.rows[0].core.size() + all.rows[0].sealed.value_or("").size();
  EXPECT_GE(all.bytes, 6 * (first - 8));

  // By seq: the row that reaches the bound is the last one, and one row always fits.
  const auto two = read({"acme", "billing", std::nullopt, 0, 100, first + 1});
  EXPECT_EQ(two.rows.size(), 2U);
  EXPECT_TRUE(two.more);
  EXPECT_EQ(read({"acme", "billing", std::nullopt, 5, 100, 1}).rows.size(), 1U);
  // By time: a millisecond's rows stay together, and going on from the cursor loses none.
  Seen seen;
  proof::AuditQuery query{"acme", std::nullopt, from_unix_ms(0), std::nullopt, 100, 1};
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = read(query);
    EXPECT_EQ(page.rows.size(), 2U);
    EXPECT_EQ(page.more, pages < 2);
    check(page);
    for (const auto& row : page.rows) seen.emplace(row.app_id, row.seq);
    query.since = next(page);
  }
  EXPECT_EQ(seen.size(), 6U);
}

TEST_F(Pages, OfNothingAreEmpty) {
  const auto none = read({"acme", std::nullopt, std::nullopt, std::nullopt, 10});
  EXPECT_TRUE(none.rows.empty());
  EXPECT_FALSE(none.more);
  EXPECT_TRUE(append("billing"));
  clock.advance(kTick);
  EXPECT_TRUE(read({"globex", std::nullopt, std::nullopt, std::nullopt, 10}).rows.empty());
  const auto zero = read({"acme", std::nullopt, std::nullopt, std::nullopt, 0});
  EXPECT_TRUE(zero.rows.empty());
  EXPECT_TRUE(zero.more);
  EXPECT_TRUE(read({"acme", "billing", std::nullopt, 0, 0}).more);
  EXPECT_FALSE(read({"acme", "billing", std::nullopt, 1, 0}).more);
}

TEST_F(Pages, KeepTheirPromiseAcrossARestart) {
  EXPECT_TRUE(append("billing"));
  clock.advance(kTick);
  const proof::AuditQuery query{"acme", std::nullopt, from_unix_ms(0), std::nullopt, 10};
  const auto page = read(query);
  const auto empty = read({"globex", std::nullopt, from_unix_ms(0), std::nullopt, 10});
  clock.advance(-100 * kTick);
  reopen();
  const auto ts = append("support")->ts;
  EXPECT_GE(ts, page.settled_before);
  EXPECT_GE(ts, empty.settled_before);
}

}  // namespace
}  // namespace cogos::store
