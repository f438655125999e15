#include "stages/token_buckets.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstring>
#include <iostream>
#include <thread>

#include "crypto/system_random.hpp"
#include "support/manual_clock.hpp"
#include "support/sanitized.hpp"

namespace cogos::stages {
namespace {

using std::chrono::milliseconds;

BucketId id(std::uint64_t number) {
  BucketId bytes{};
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

class TokenBucketsTest : public ::testing::Test {
 protected:
  /// How many of that many draws are granted.
  std::uint32_t granted(const BucketId& bucket, std::uint32_t per_minute, std::uint32_t draws) {
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < draws; ++i) count += buckets.draw(bucket, per_minute).granted ? 1 : 0;
    return count;
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  TokenBuckets buckets{1'000, clock, random};
};

TEST_F(TokenBucketsTest, HoldsOneMinutesWorthWhateverTheRate) {
  std::uint64_t number = 0;
  for (const std::uint32_t rate : {1U, 7U, 20U, 600U, 1'200U, 59'999U, 100'000U}) {
    EXPECT_EQ(granted(id(++number), rate, rate + 10), rate);
  }
}

TEST_F(TokenBucketsTest, RefillsContinuously) {
  ASSERT_EQ(granted(id(1), 60, 100), 60U);
  clock.advance(milliseconds{999});
  EXPECT_EQ(granted(id(1), 60, 1), 0U);
  clock.advance(milliseconds{1});
  EXPECT_EQ(granted(id(1), 60, 5), 1U);
  clock.advance(milliseconds{2'500});
  EXPECT_EQ(granted(id(1), 60, 5), 2U);
  clock.advance(std::chrono::hours{1});
  EXPECT_EQ(granted(id(1), 60, 100), 60U) << "it never holds more than a minute's worth";
}

TEST_F(TokenBucketsTest, SaysHowMuchIsLeftAndHowLongToWait) {
  const Drawn first = buckets.draw(id(1), 20);
  EXPECT_TRUE(first.granted);
  EXPECT_EQ(first.remaining, 19U);
  EXPECT_EQ(first.full_after, std::chrono::seconds{3});
  ASSERT_EQ(granted(id(1), 20, 19), 19U);
  clock.advance(milliseconds{500});
  const Drawn refused = buckets.draw(id(1), 20);
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_EQ(refused.wait, milliseconds{2'500});
  clock.advance(milliseconds{2'500});
  EXPECT_TRUE(buckets.draw(id(1), 20).granted) << "who waits as told is let through";
}

TEST_F(TokenBucketsTest, ARefusedRequestTakesNothing) {
  ASSERT_EQ(granted(id(1), 20, 20), 20U);
  ASSERT_EQ(granted(id(1), 20, 1'000), 0U);
  clock.advance(std::chrono::seconds{3});
  EXPECT_EQ(granted(id(1), 20, 2), 1U);
}

TEST_F(TokenBucketsTest, TheWallClockHasNoSay) {
  ASSERT_EQ(granted(id(1), 20, 30), 20U);
  clock.set(clock.now() + std::chrono::hours{24});
  EXPECT_EQ(granted(id(1), 20, 1), 0U);
}

TEST_F(TokenBucketsTest, IsExactUnderConcurrency) {
  constexpr std::uint32_t kRate = 5'000;
  constexpr std::uint32_t kThreads = 8;
  std::atomic<std::uint32_t> through = 0;
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      // Together four times what it holds, among draws from other buckets.
      for (std::uint32_t n = 0; n < kRate * 4 / kThreads; ++n) {
        if (buckets.draw(id(1), kRate).granted) ++through;
        (void)buckets.draw(id(2 + n % 50), kRate);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(through, kRate);
}

TEST_F(TokenBucketsTest, AFullTableForgetsWhoCameLeastRecently) {
  ASSERT_EQ(granted(id(1), 20, 20), 20U);
  for (std::uint64_t other = 2; other < 20'000; ++other) {
    (void)buckets.draw(id(other), 20);
    if (other % 10 == 0) {
      EXPECT_FALSE(buckets.draw(id(1), 20).granted) << "it is in use, so it stays";
    }
  }
  EXPECT_LE(buckets.size(), 1'000U);
  for (std::uint64_t other = 20'000; other < 40'000; ++other) (void)buckets.draw(id(other), 20);
  EXPECT_TRUE(buckets.draw(id(1), 20).granted) << "unused for so long, it was forgotten";
}

constexpr std::uint64_t kManyAddresses = test::kSanitized ? 250'000 : 1'000'000;

TEST(TokenBucketsMemory, IsBoundedWhateverTheNumberOfAddresses) {
  const test::ManualClock clock;
  crypto::SystemRandom random;
  const auto before = mallinfo2().uordblks;
  TokenBuckets buckets(200'000, clock, random);
  for (std::uint64_t address = 0; address < kManyAddresses; ++address) (void)buckets.draw(id(address), 600);
  const double mib = static_cast<double>(mallinfo2().uordblks - before) / (1U << 20U);
  std::cout << "[  memory ] " << kManyAddresses << " addresses: " << buckets.size() << " buckets, " << mib
            << " MiB\n";
  EXPECT_LE(buckets.size(), 200'000U);
  EXPECT_GT(buckets.size(), 190'000U);
  EXPECT_LT(mib, 20);
}

}  // namespace
}  // namespace cogos::stages
