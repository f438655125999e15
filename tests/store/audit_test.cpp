#include <fstream>
#include <set>
#include <thread>

#include "store/blocking_store.hpp"
#include "store/store_error.hpp"

namespace cogos::store {
namespace {

using std::chrono::milliseconds;

TEST_F(BlockingStoreTest, ManyThreadsAppendToChainsThatHold) {
  constexpr int kThreads = 8;
  constexpr int kEach = 60;
  const std::vector<std::string> apps{"_default", "billing", "search"};
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        if (!append(apps.at(static_cast<std::size_t>(t + i) % apps.size()))) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  const RowsReport report = verify_all();
  EXPECT_TRUE(report.holds());
  ASSERT_EQ(report.chains.size(), apps.size());
  std::uint64_t rows = 0;
  for (const ChainReport& chain : report.chains) {
    rows += chain.rows;
    EXPECT_EQ(chain.first_seq, 1U);
    EXPECT_EQ(store->audit_log().head({"acme", chain.app_id})->row_hash, chain.head_hash);
  }
  EXPECT_EQ(rows, std::uint64_t{kThreads * kEach});
  EXPECT_LT(store->status().commits, rows) << "rows that wait together are committed together";
}

TEST_F(BlockingStoreTest, ARestartRestoresHeadsAndChainsGoOn) {
  const auto before = append("_default").value();
  reopen();
  EXPECT_EQ(store->audit_log().head({"acme", "_default"})->row_hash, before.row_hash);
  EXPECT_EQ(append("_default")->seq, 2U);
  EXPECT_TRUE(verify_all().holds());
}

TEST_F(BlockingStoreTest, RowsNeverGetOlderThoughTheClockRunsBack) {
  const auto first = append("_default").value();
  clock.set(clock.now() - std::chrono::hours{1});
  const auto second = append("_default").value();
  EXPECT_GE(second.ts, first.ts);
  reopen();
  EXPECT_GE(append("_default")->ts, first.ts) << "nor after a restart";
  EXPECT_TRUE(verify_all().holds());
}

TEST_F(BlockingStoreTest, AllRowsSurviveAStopWithoutClosing) {
  const auto head = append("_default").value();
  // A copy of the files as they lie on disk at this moment, the write-ahead log included.
  const auto copy = root / "copy";
  std::filesystem::copy(options.data_dir, copy);
  store.reset();
  options.data_dir = copy;
  open();
  EXPECT_EQ(store->audit_log().head({"acme", "_default"})->row_hash, head.row_hash);
}

/// Pages by time with every limit: each row once, in order, whatever milliseconds they share.
TEST_F(BlockingStoreTest, PagesByTimeNeitherLoseNorSplitNorRepeatARow) {
  std::size_t total = 0;
  for (int i = 0; i < 12; ++i) {
    for (int k = 0; k <= i % 4; ++k, ++total) ASSERT_TRUE(append(k % 2 == 0 ? "_default" : "billing"));
    clock.advance(milliseconds{i % 3 == 0 ? 2 : 1});
  }
  for (std::uint32_t limit = 1; limit <= total + 1; ++limit) {
    std::set<std::pair<std::string, std::uint64_t>> seen;
    TimePoint last = TimePoint::min();
    proof::AuditQuery query = all(limit);
    query.since = TimePoint(milliseconds{0});
    for (;;) {
      const auto page = read(query);
      if (page.rows.empty()) break;
      EXPECT_GT(page.rows.front().ts, last) << "a millisecond was split, limit " << limit;
      for (const auto& row : page.rows) {
        EXPECT_GE(row.ts, last);
        last = row.ts;
        EXPECT_TRUE(seen.emplace(row.app_id, row.seq).second) << row.app_id << row.seq;
      }
      ASSERT_LT(last, page.settled_before);
      query.since = last + milliseconds{1};
    }
    EXPECT_EQ(seen.size(), total) << "limit " << limit;
  }
}

TEST_F(BlockingStoreTest, ARunningMillisecondIsNotSettled) {
  ASSERT_TRUE(append("_default"));
  const auto page = read(all());
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_LE(page.settled_before, page.rows.back().ts) << "the next row may get this very time";
  ASSERT_TRUE(append("_default"));
  EXPECT_EQ(read(all()).rows.back().ts, page.rows.back().ts);
}

TEST_F(BlockingStoreTest, NoRowIsLostWhilePagesAreReadAndRowsWritten) {
  constexpr int kRows = 150;
  std::atomic<bool> writing = true;
  std::thread writer([&] {
    for (int i = 0; i < kRows; ++i) {
      EXPECT_TRUE(append(i % 2 == 0 ? "_default" : "billing"));
      if (i % 5 == 0) clock.advance(milliseconds{1});
    }
    clock.advance(milliseconds{1});
    writing = false;
  });
  std::set<std::pair<std::string, std::uint64_t>> seen;
  proof::AuditQuery query = all(7);
  query.since = TimePoint(milliseconds{0});
  for (bool last_round = false;;) {
    const bool done = !writing;
    const auto page = read(query);
    for (const auto& row : page.rows) seen.emplace(row.app_id, row.seq);
    if (!page.rows.empty()) {
      const TimePoint last = page.rows.back().ts;
      query.since = last < page.settled_before ? last + milliseconds{1} : last;
    }
    if (last_round && page.rows.empty()) break;
    last_round = done;
  }
  writer.join();
  EXPECT_EQ(seen.size(), std::size_t{kRows});
}

TEST_F(BlockingStoreTest, PagesBySeqStartAfterTheGivenRowAndNameItsHash) {
  std::vector<std::string> hashes;
  for (int i = 0; i < 5; ++i) hashes.push_back(append("_default")->row_hash);
  proof::AuditQuery query = all(2);
  query.app_id = "_default";
  query.after_seq = 2;
  const auto page = read(query);
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows.front().seq, 3U);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.predecessors.at("_default"), hashes.at(1))
      << "the row before the page's first, not before 1";
  query.after_seq = 4;
  EXPECT_FALSE(read(query).more);
  query.limit = 0;
  EXPECT_TRUE(read(query).rows.empty());
}

TEST_F(BlockingStoreTest, AnotherTenantsRowsStayUnseen) {
  ASSERT_TRUE(append(draft("_default", "umbra")));
  EXPECT_TRUE(read(all()).rows.empty());
  EXPECT_TRUE(store->audit_log().heads("acme").empty());
}

TEST_F(BlockingStoreTest, OneProcessOnly) {
  EXPECT_THROW(Store(options, clock), StoreError);
}

TEST_F(BlockingStoreTest, ANewerSchemaIsRefusedInWords) {
  tamper("PRAGMA user_version = 99");
  try {
    open();
    FAIL() << "opened";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find("99"), std::string::npos) << error.what();
  }
}

TEST_F(BlockingStoreTest, FilesAreTheOwnersAlone) {
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(options.data_dir).permissions(), perms::owner_all);
  for (const auto& file : std::filesystem::directory_iterator(options.data_dir)) {
    EXPECT_EQ(file.status().permissions() & (perms::group_all | perms::others_all), perms::none)
        << file.path();
  }
}

}  // namespace
}  // namespace cogos::store
