#include "http/budget.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace cogos::http {
namespace {

TEST(Budget, GivesOutItsTotalAndNoMore) {
  const auto budget = std::make_shared<Budget>(10);
  Budget::Share first;
  Budget::Share second;
  EXPECT_TRUE(budget->take(7, first));
  EXPECT_FALSE(budget->take(4, second));
  EXPECT_EQ(second.amount(), 0U);
  EXPECT_TRUE(budget->take(3, second));
  EXPECT_FALSE(budget->take(1, first));
  EXPECT_FALSE(budget->take(UINT64_MAX, first));
  first.release();
  EXPECT_EQ(budget->in_use(), 3U);
  EXPECT_TRUE(budget->take(7, first));
}

TEST(Budget, GetsBackWhatAShareHadWhereverItWentMeanwhile) {
  const auto budget = std::make_shared<Budget>(10);
  {
    Budget::Share share;
    ASSERT_TRUE(budget->take(4, share));
    Budget::Share other = std::move(share);
    ASSERT_TRUE(budget->take(6, share));
    EXPECT_EQ(budget->in_use(), 10U);
    share = std::move(other);
    EXPECT_EQ(budget->in_use(), 4U);
  }
  EXPECT_EQ(budget->in_use(), 0U);
}

TEST(Budget, LivesAsLongAsItsShares) {
  Budget::Share share;
  std::weak_ptr<Budget> seen;
  {
    const auto budget = std::make_shared<Budget>(1);
    seen = budget;
    ASSERT_TRUE(budget->take(1, share));
  }
  EXPECT_FALSE(seen.expired());
  share.release();
  EXPECT_TRUE(seen.expired());
}

TEST(Budget, IsNeverExceededFromManyThreads) {
  constexpr std::uint64_t kTotal = 3;
  const auto budget = std::make_shared<Budget>(kTotal);
  std::atomic<bool> exceeded = false;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int turn = 0; turn < 5'000; ++turn) {
          Budget::Share share;
          if (budget->take(2, share) && budget->in_use() > kTotal) exceeded = true;
        }
      });
    }
  }
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(budget->in_use(), 0U);
}

TEST(CoverBody, CountsWhatIsAboveTheFirstPart) {
  const auto budget = std::make_shared<Budget>(100);
  Budget::Share share;
  EXPECT_TRUE(cover_body(budget.get(), 0, kUncountedBytes, share));
  EXPECT_EQ(share.amount(), 0U);
  EXPECT_TRUE(cover_body(budget.get(), kUncountedBytes - 1, kUncountedBytes + 1, share));
  EXPECT_TRUE(cover_body(budget.get(), kUncountedBytes + 1, kUncountedBytes + 100, share));
  EXPECT_EQ(share.amount(), 100U);
  EXPECT_FALSE(cover_body(budget.get(), kUncountedBytes + 100, kUncountedBytes + 101, share));
  EXPECT_TRUE(cover_body(nullptr, 0, UINT64_MAX, share));
}

}  // namespace
}  // namespace cogos::http
