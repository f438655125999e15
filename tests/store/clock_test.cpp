#include <latch>
#include <map>
#include <mutex>

#include "store/batch.hpp"
#include "store/blocking_store.hpp"
#include "store/held_writer.hpp"

namespace cogos::store {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class BackwardClock : public BlockingStoreTest {
 protected:
  /// Appends at once, to be written in a few transactions. Gives how many rows got each time.
  std::map<TimePoint, std::uint32_t> append_rows(int count) {
    std::map<TimePoint, std::uint32_t> rows;
    std::mutex mutex;
    std::latch done(count);
    for (int i = 0; i < count; ++i) {
      store->audit_log().append(draft(i % 2 == 0 ? "billing" : "support"),
                                [&](const Result<proof::ChainHead>& head) {
                                  {
                                    const std::lock_guard lock(mutex);
                                    ++rows[head.value().ts];
                                  }
                                  // Last of all: the mutex is gone once everybody has counted.
                                  done.count_down();
                                });
    }
    done.wait();
    return rows;
  }
};

TEST_F(BackwardClock, LeavesRowsAtTheLaterTimeUntilItHasCaughtUp) {
  const TimePoint later = append("billing")->ts;
  clock.set(later - hours{1});
  EXPECT_EQ(append("billing")->ts, later);
  clock.advance(hours{1} - milliseconds{1});
  EXPECT_EQ(append("billing")->ts, later);
  clock.advance(milliseconds{2});
  EXPECT_EQ(append("billing")->ts, later + milliseconds{1});
}

TEST_F(BackwardClock, PutsNoMoreRowsInAMillisecondThanAPageCanBear) {
  constexpr std::uint32_t kMost = Batch::kMaxRowsAMoment;
  const TimePoint later = append("billing")->ts;
  clock.set(later - hours{1});
  auto rows = append_rows(2 * kMost + 10);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.at(later), kMost - 1) << "one was there before";
  EXPECT_EQ(rows.at(later + milliseconds{1}), kMost);
  EXPECT_EQ(rows.at(later + milliseconds{2}), 11U);
  auto query = all(10);
  query.since = from_unix_ms(0);
  EXPECT_EQ(read(query).rows.size(), kMost);
  EXPECT_TRUE(verify_all().holds());
  EXPECT_EQ(store->newest_row(), later + milliseconds{2});
}

TEST_F(BackwardClock, CountsNoRowThatWasUndone) {
  constexpr std::uint32_t kMost = Batch::kMaxRowsAMoment;
  const TimePoint later = append("billing")->ts;
  append_rows(kMost - 2);
  // A key that there is none of: its row comes to nothing.
  keys::KeyRecord record;
  record.key_id = "none";
  std::promise<bool> refused;
  store->keys().update(record, draft("billing"),
                       [&refused](const Result<proof::ChainHead>& head) { refused.set_value(!head); });
  ASSERT_TRUE(refused.get_future().get());
  EXPECT_EQ(append("billing")->ts, later);
  EXPECT_EQ(append("billing")->ts, later + milliseconds{1});
}

TEST_F(BackwardClock, ShowsAtTheStartByTheNewestRow) {
  EXPECT_EQ(store->newest_row(), std::nullopt);
  const TimePoint ts = append("billing")->ts;
  clock.set(ts - hours{5});
  reopen();
  EXPECT_EQ(store->newest_row(), ts);
  EXPECT_GT(append("support")->ts, ts);
}

}  // namespace
}  // namespace cogos::store
