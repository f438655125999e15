#include "stages/replay_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/manual_clock.hpp"

namespace cogos::stages {
namespace {

using Outcome = ReplayCache::Outcome;

SpentSignature spent(std::uint8_t number, TimePoint until) {
  SpentSignature signature;
  signature.mark.fill(number);
  signature.until = until;
  return signature;
}

TEST(ReplayCache, RemembersUntilTheTimeIsOverAndIsThenFreeAgain) {
  const test::ManualClock clock;
  ReplayCache cache(2);
  const TimePoint start = clock.now();
  const TimePoint until = start + std::chrono::seconds{600};
  EXPECT_EQ(cache.remember(spent(1, until), start), Outcome::fresh);
  EXPECT_EQ(cache.remember(spent(1, until), until), Outcome::replayed);
  EXPECT_EQ(cache.remember(spent(2, until), start), Outcome::fresh);
  EXPECT_EQ(cache.remember(spent(3, until), until), Outcome::full);
  EXPECT_EQ(cache.remember(spent(3, until + std::chrono::hours{1}), until + std::chrono::seconds{1}),
            Outcome::fresh);
}

TEST(ReplayCache, OfManyThreadsWithOneSignatureOneGetsThrough) {
  const test::ManualClock clock;
  ReplayCache cache(1000);
  for (int round = 0; round < 100; ++round) {
    const auto signature = spent(static_cast<std::uint8_t>(round), clock.now() + std::chrono::seconds{1});
    std::atomic<int> fresh = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back(
          [&] { fresh += cache.remember(signature, clock.now()) == Outcome::fresh ? 1 : 0; });
    }
    threads.clear();
    EXPECT_EQ(fresh, 1);
  }
}

}  // namespace
}  // namespace cogos::stages
