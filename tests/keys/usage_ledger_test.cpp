#include "keys/usage_ledger.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "support/manual_clock.hpp"

namespace cogos::keys {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Reservation = UsageLedger::Reservation;

/// Starts on 2026-01-31, an hour before the month ends.
class UsageLedgerTest : public ::testing::Test {
 protected:
  Reservation reserve(const UsageCaps& caps, const char* package = "team") {
    return ledger.reserve("acme", package, caps);
  }
  bool call(const UsageCaps& caps, std::uint64_t tokens = 10) {
    Reservation one = reserve(caps);
    if (one.refused_by() != Cap::none) return false;
    one.settle(clock.now(), tokens);
    return true;
  }

  const TimePoint start = *from_rfc3339("2026-01-31T23:00:00.000Z");
  test::ManualClock clock{start};
  UsageLedger ledger{clock, {}};
  const UsageCaps three_a_month{3, 0, 0};
};

TEST_F(UsageLedgerTest, GrantsWhatTheMonthHasAndAgainInTheNext) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(call(three_a_month)) << i;
  EXPECT_EQ(reserve(three_a_month).refused_by(), Cap::monthly_requests);
  EXPECT_EQ(ledger.usage("acme", "team").month_end, *from_rfc3339("2026-02-01T00:00:00.000Z"));
  clock.advance(hours{1} - milliseconds{1});
  EXPECT_FALSE(call(three_a_month)) << "the last millisecond is still January";
  clock.advance(milliseconds{1});
  EXPECT_EQ(ledger.usage("acme", "team").month_requests, 0U);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(call(three_a_month)) << i;
  EXPECT_FALSE(call(three_a_month));
}

TEST_F(UsageLedgerTest, TheDayChangesByUtcAndItsEndIsTold) {
  const UsageCaps two_a_day{0, 2, 0};
  EXPECT_TRUE(call(two_a_day));
  EXPECT_TRUE(call(two_a_day));
  EXPECT_EQ(reserve(two_a_day).refused_by(), Cap::daily_requests);
  EXPECT_EQ(ledger.usage("acme", "team").day_end, *from_rfc3339("2026-02-01T00:00:00.000Z"));
  clock.advance(hours{1});
  EXPECT_TRUE(call(two_a_day));
}

TEST_F(UsageLedgerTest, WhatIsNotSettledIsGivenBack) {
  {
    const Reservation first = reserve(three_a_month);
    const Reservation second = reserve(three_a_month);
    Reservation third = reserve(three_a_month);
    EXPECT_EQ(reserve(three_a_month).refused_by(), Cap::monthly_requests) << "what is pending counts";
    third.release();
    third.release();
    EXPECT_EQ(ledger.usage("acme", "team").month_requests, 2U);
  }
  EXPECT_EQ(ledger.usage("acme", "team").month_requests, 0U);
  Reservation refused = reserve({0, 0, 0});
  Reservation moved = std::move(refused);
  EXPECT_EQ(ledger.usage("acme", "team").month_requests, 1U) << "moved, not doubled";
}

TEST_F(UsageLedgerTest, ACallAcrossMidnightCountsInThePeriodOfItsRow) {
  Reservation late = reserve(three_a_month);
  clock.advance(hours{1});
  // February; the late call may still come to lie in it, so only two places are sure.
  EXPECT_TRUE(call(three_a_month));
  EXPECT_TRUE(call(three_a_month));
  EXPECT_FALSE(call(three_a_month));
  late.settle(start, 10);  // It lay in January after all.
  EXPECT_TRUE(call(three_a_month));
  EXPECT_FALSE(call(three_a_month));
}

TEST_F(UsageLedgerTest, ARowAheadOfTheClockDecidesWhichPeriodItIs) {
  Reservation ahead = reserve(three_a_month);
  ahead.settle(start + hours{2}, 10);  // The clock was ahead, and was set back since.
  EXPECT_EQ(ledger.usage("acme", "team").month_requests, 1U);
  Reservation behind = reserve(three_a_month);
  behind.settle(start + hours{2}, 10);
  EXPECT_FALSE(call({2, 0, 0})) << "rows come to lie in February, so February's count holds";
}

TEST_F(UsageLedgerTest, TokensAreReservedAtMostAndSettledToWhatTheyWere) {
  const UsageCaps caps{0, 0, 100};
  Reservation first = reserve(caps);
  EXPECT_EQ(first.take_tokens(20, 70), 70U);
  Reservation second = reserve(caps);
  EXPECT_EQ(second.take_tokens(31, 70), 0U) << "not even the least fits";
  Reservation third = reserve(caps);
  EXPECT_EQ(third.take_tokens(10, 70), 30U) << "cut to what is left";
  first.settle(clock.now(), 25);
  third.release();
  EXPECT_EQ(ledger.usage("acme", "team").day_tokens, 25U);
  EXPECT_EQ(first.others().day_tokens, 25U);
  Reservation unbounded = reserve({0, 0, 0});
  EXPECT_EQ(unbounded.take_tokens(20, 70), 70U);
  EXPECT_EQ(ledger.usage("acme", "team").day_tokens, 25U) << "without a cap nothing is held";
}

TEST_F(UsageLedgerTest, CoversMoreTokensWhereTheCapHasThem) {
  Reservation first = reserve({0, 0, 100});
  ASSERT_EQ(first.take_tokens(10, 40), 40U);
  EXPECT_TRUE(first.cover_tokens(40));
  EXPECT_TRUE(first.cover_tokens(90));
  EXPECT_FALSE(first.cover_tokens(101));
  Reservation second = reserve({0, 0, 100});
  EXPECT_EQ(second.take_tokens(10, 40), 10U);
  EXPECT_FALSE(second.cover_tokens(11));
  first.release();
  EXPECT_TRUE(second.cover_tokens(11));
  EXPECT_TRUE(reserve({0, 0, 0}).cover_tokens(UINT64_MAX));
}

TEST_F(UsageLedgerTest, TenantsAndPackagesCountApart) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(call(three_a_month));
  EXPECT_EQ(reserve(three_a_month, "business").refused_by(), Cap::none);
  EXPECT_EQ(ledger.reserve("globex", "team", three_a_month).refused_by(), Cap::none);
}

TEST_F(UsageLedgerTest, StartsFromTheRowsOfTheMonth) {
  const UsageLedger loaded(clock, {{"acme", "team", start, 3, 70},
                                   {"acme", "team", start - hours{48}, 5, 1'000},
                                   {"acme", "business", start, 1, 7}});
  const Usage usage = loaded.usage("acme", "team");
  EXPECT_EQ(usage.month_requests, 8U);
  EXPECT_EQ(usage.day_requests, 3U);
  EXPECT_EQ(usage.day_tokens, 70U);
  EXPECT_EQ(loaded.usage("acme", "business").month_requests, 1U);
  EXPECT_EQ(loaded.usage("nobody", "team").month_requests, 0U);
}

TEST_F(UsageLedgerTest, LargeNumbersDoNotOverflow) {
  const UsageCaps caps{0, 0, (std::uint64_t{1} << 53U) - 1};
  Reservation one = reserve(caps);
  EXPECT_EQ(one.take_tokens(UINT64_MAX, UINT64_MAX), 0U);
  EXPECT_EQ(one.take_tokens(1, UINT64_MAX), caps.daily_tokens);
}

TEST_F(UsageLedgerTest, AReservationMayOutliveTheLedger) {
  auto other = std::make_optional<UsageLedger>(clock, std::vector<ChargedDay>{});
  const Reservation one = other->reserve("acme", "team", three_a_month);
  other.reset();
  EXPECT_EQ(one.refused_by(), Cap::none);
}

/// 64 callers, a month of 100: 100 are charged, and those that fail on the way take nobody's place.
TEST_F(UsageLedgerTest, ManyThreadsNeverOverspendAndLeaveNothingOver) {
  constexpr UsageCaps kCaps{100, 0, 2'000};
  constexpr int kThreads = 64;
  constexpr int kEach = 20;
  std::atomic<std::uint64_t> charged = 0;
  std::atomic<std::uint64_t> tokens = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Reservation one = reserve(kCaps);
        if (one.refused_by() != Cap::none) continue;
        const std::uint64_t taken = one.take_tokens(5, 20);
        if (taken == 0 || (t + i) % 3 == 0) continue;  // fails: given back
        one.settle(clock.now(), taken);
        charged += 1;
        tokens += taken;
        EXPECT_LE(ledger.usage("acme", "team").month_requests, kCaps.monthly_requests);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  while (call(kCaps, 0)) ++charged;
  EXPECT_EQ(charged, 100U);
  const Usage usage = ledger.usage("acme", "team");
  EXPECT_EQ(usage.month_requests, 100U);
  EXPECT_EQ(usage.day_tokens, tokens);
  EXPECT_LE(tokens, kCaps.daily_tokens);
}

}  // namespace
}  // namespace cogos::keys
