#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "base/minute_count.hpp"

namespace cogos {
namespace {

constexpr std::array<std::uint64_t, 3> kBounds{10, 20, 30};

TEST(Histogram, ABoundIsTheLargestValueOfItsBucket) {
  Histogram histogram(kBounds);
  for (const std::uint64_t value : {0, 10, 11, 20, 30, 31, 1'000}) histogram.observe(value);
  const auto reading = histogram.read();
  EXPECT_EQ(reading.counts, (std::vector<std::uint64_t>{2, 2, 1, 2}));
  EXPECT_EQ(reading.count(), 7U);
  EXPECT_EQ(reading.sum, 1'102U);
}

TEST(Histogram, LosesNothingAmongThreads) {
  Histogram histogram(kBounds);
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 8; ++i) {
    threads.emplace_back([&histogram, i] {
      for (int round = 0; round < 10'000; ++round) histogram.observe(i * 5);
    });
  }
  for (auto& thread : threads) thread.join();
  const auto reading = histogram.read();
  EXPECT_EQ(reading.counts, (std::vector<std::uint64_t>{30'000, 20'000, 20'000, 10'000}));
  EXPECT_EQ(reading.sum, 10'000U * (5 + 10 + 15 + 20 + 25 + 30 + 35));
}

TEST(MinuteCount, ForgetsWhatIsAMinuteOld) {
  using std::chrono::milliseconds;
  MinuteCount count;
  const MinuteCount::Moment start{std::chrono::hours(5)};
  count.add(3, start);
  count.add(4, start + milliseconds(999));
  count.add(5, start + milliseconds(30'000));
  EXPECT_EQ(count.within(start), 7U);
  EXPECT_EQ(count.within(start + milliseconds(59'999)), 12U);
  EXPECT_EQ(count.within(start + milliseconds(60'000)), 5U);
  count.add(1, start + milliseconds(60'000));  // takes the place of the first second
  EXPECT_EQ(count.within(start + milliseconds(60'000)), 6U);
  EXPECT_EQ(count.within(start + milliseconds(200'000)), 0U);
}

}  // namespace
}  // namespace cogos
