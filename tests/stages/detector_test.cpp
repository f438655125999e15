#include "stages/detector.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "crypto/system_random.hpp"
#include "support/manual_clock.hpp"
#include "support/sanitized.hpp"

namespace cogos::stages {
namespace {

using http::ScannerPattern;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Detector::Address address(const char* text) {
  return boost::asio::ip::make_address(text);
}

Detector::Key key(const std::string& id) {
  keys::KeyRecord record;
  record.key_id = id;
  return std::make_shared<const keys::KeyRecord>(std::move(record));
}

class DetectorTest : public ::testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) (void)detector.failed(here);
  }
  void scan(int times) {
    for (int i = 0; i < times; ++i) (void)detector.scanned(here, ScannerPattern::wordpress);
  }
  bool banned(const Detector::Address& peer) const { return detector.banned_for(peer).count() > 0; }
  std::vector<std::string> scanned_keys(const Detector::Address& peer) {
    std::vector<std::string> ids;
    for (const auto& use : detector.scanned(peer, ScannerPattern::dot_env).uses) {
      ids.push_back(use.key->key_id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  Detector detector{{1'000, 1'000}, clock, random};
  const Detector::Address here = address("192.0.2.7");
  const Detector::Address there = address("192.0.2.8");
};

TEST_F(DetectorTest, TheEleventhFailureWithinAMinuteBansForFiveMinutes) {
  fail(10);
  EXPECT_FALSE(banned(here));
  const auto seen = detector.failed(here);
  EXPECT_TRUE(seen.banned_now);
  EXPECT_EQ(seen.failures, 11U);
  EXPECT_EQ(detector.banned_for(here), minutes{5});
  EXPECT_FALSE(banned(there));
  clock.advance(minutes{5} - milliseconds{1});
  EXPECT_EQ(detector.banned_for(here), milliseconds{1});
  clock.advance(milliseconds{1});
  EXPECT_FALSE(banned(here));
  EXPECT_FALSE(detector.failed(here).banned_now) << "a new minute has begun";
}

TEST_F(DetectorTest, TheFourthScanWithinAMinuteBansForFifteenMinutes) {
  scan(3);
  EXPECT_FALSE(banned(here));
  EXPECT_TRUE(detector.scanned(here, ScannerPattern::dot_env).seen.banned_now);
  EXPECT_EQ(detector.banned_for(here), minutes{15});
  clock.advance(minutes{15});
  EXPECT_FALSE(banned(here));
}

TEST_F(DetectorTest, TheWindowSlides) {
  // Ten at the end of one minute and one early in the next: no fixed minute holds more than ten.
  clock.advance(seconds{50});
  fail(9);
  clock.advance(seconds{10});
  fail(1);
  clock.advance(seconds{50} + milliseconds{1});
  EXPECT_FALSE(detector.failed(here).banned_now) << "the first nine are more than a minute old";
  fail(8);
  EXPECT_FALSE(banned(here)) << "with the one before they are ten";
  EXPECT_TRUE(detector.failed(here).banned_now);
}

TEST_F(DetectorTest, AMomentExactlyAWindowBackStillCounts) {
  scan(3);
  clock.advance(seconds{60});
  EXPECT_TRUE(detector.scanned(here, ScannerPattern::dot_env).seen.banned_now);
  clock.advance(minutes{15});
  scan(3);
  clock.advance(seconds{60} + milliseconds{1});
  EXPECT_FALSE(detector.scanned(here, ScannerPattern::dot_env).seen.banned_now);
}

TEST_F(DetectorTest, ABanIsReportedOnceHoweverManyWereOnTheirWay) {
  fail(11);
  int more = 0;
  for (int i = 0; i < 50; ++i) more += detector.failed(here).banned_now ? 1 : 0;
  EXPECT_EQ(more, 0);
  EXPECT_EQ(detector.banned_for(here), minutes{5}) << "nor does it get longer";
  scan(4);
  EXPECT_EQ(detector.banned_for(here), minutes{15}) << "the longer one counts";
}

TEST_F(DetectorTest, FailuresAndScansAreCountedApart) {
  fail(10);
  scan(3);
  EXPECT_FALSE(banned(here));
}

TEST_F(DetectorTest, AnIpV6AddressCountsByItsNetwork) {
  for (int i = 1; i <= 4; ++i) {
    (void)detector.scanned(address(("2001:db8:1:2::" + std::to_string(i)).c_str()), ScannerPattern::actuator);
  }
  EXPECT_TRUE(banned(address("2001:db8:1:2:ffff::9")));
  EXPECT_FALSE(banned(address("2001:db8:1:3::1")));
  (void)detector.used(address("2001:db8:1:5::1"), key("k"));
  EXPECT_EQ(scanned_keys(address("2001:db8:1:5::2")), std::vector<std::string>{"k"});
}

TEST_F(DetectorTest, TheWallClockHasNoSay) {
  scan(4);
  clock.set(clock.now() + std::chrono::hours{24});
  EXPECT_TRUE(banned(here));
}

TEST_F(DetectorTest, APatternNamesTheKeysThatWereUsedFromThereWithinTheWindow) {
  (void)detector.used(here, key("too-old"));
  clock.advance(milliseconds{1});
  (void)detector.used(here, key("just"));
  clock.advance(seconds{60});
  (void)detector.used(here, key("now"));
  (void)detector.used(there, key("elsewhere"));
  EXPECT_EQ(scanned_keys(here), (std::vector<std::string>{"just", "now"}));
}

TEST_F(DetectorTest, TheLastUseOfAKeyCounts) {
  const auto one = key("k");
  (void)detector.used(here, one);
  clock.advance(seconds{59});
  (void)detector.used(here, one);
  clock.advance(seconds{59});
  const auto scanned = detector.scanned(here, ScannerPattern::dot_env);
  ASSERT_EQ(scanned.uses.size(), 1U);
  EXPECT_EQ(scanned.uses.front().before, seconds{59});
  EXPECT_EQ(detector.uses(), 1U);
}

TEST_F(DetectorTest, AllKeysAreNamedWhateverTheirNumber) {
  Detector large({1'000, 100'000}, clock, random);
  for (int i = 0; i < 3'000; ++i) (void)large.used(here, key("k" + std::to_string(i)));
  EXPECT_EQ(large.scanned(here, ScannerPattern::dot_env).uses.size(), 3'000U);
}

TEST_F(DetectorTest, AUseNamesThePatternThatFiredThereWithinTheWindowBefore) {
  (void)detector.scanned(here, ScannerPattern::phpinfo);
  clock.advance(seconds{60});
  const auto suspicion = detector.used(here, key("k"));
  ASSERT_TRUE(suspicion);
  EXPECT_EQ(suspicion->pattern, ScannerPattern::phpinfo);
  EXPECT_EQ(suspicion->before, seconds{60});
  EXPECT_EQ(suspicion->seen.scans, 1U);
  EXPECT_FALSE(detector.used(there, key("k")));
  clock.advance(milliseconds{1});
  EXPECT_FALSE(detector.used(here, key("k")));
}

TEST_F(DetectorTest, FailuresAloneAreNoPattern) {
  fail(5);
  EXPECT_FALSE(detector.used(here, key("k")));
}

TEST_F(DetectorTest, AForgivenKeyIsNotHeldToWhatWasBefore) {
  (void)detector.scanned(here, ScannerPattern::phpinfo);
  clock.advance(seconds{5});
  detector.forgive("k");
  EXPECT_FALSE(detector.used(here, key("k")));
  EXPECT_TRUE(detector.used(here, key("other")));
  clock.advance(seconds{1});
  (void)detector.scanned(here, ScannerPattern::phpinfo);
  EXPECT_TRUE(detector.used(here, key("k"))) << "a new pattern is a new event";
}

TEST_F(DetectorTest, AUseAndAPatternNeverMissEachOther) {
  constexpr int kRounds = 2'000;
  Detector wide({100'000, 100'000}, clock, random);
  std::vector<Detector::Key> keys;
  for (int i = 0; i < kRounds; ++i) keys.push_back(key("k" + std::to_string(i)));
  const auto peer = [](int round) {
    return boost::asio::ip::address_v4(0x0a000000U + static_cast<std::uint32_t>(round));
  };
  std::vector<std::atomic<int>> caught(kRounds);
  std::atomic<int> ready = 0;
  const auto together = [&] {
    ++ready;
    while (ready < 2) std::this_thread::yield();
  };
  std::thread scanner([&] {
    together();
    for (int i = 0; i < kRounds; ++i) {
      if (!wide.scanned(peer(i), ScannerPattern::dot_env).uses.empty()) ++caught[static_cast<std::size_t>(i)];
    }
  });
  together();
  for (int i = 0; i < kRounds; ++i) {
    const auto n = static_cast<std::size_t>(i);
    if (wide.used(peer(i), keys[n])) ++caught[n];
  }
  scanner.join();
  for (int i = 0; i < kRounds; ++i) ASSERT_EQ(caught[static_cast<std::size_t>(i)], 1) << i;
}

TEST_F(DetectorTest, OneOfManyThreadsBans) {
  std::atomic<int> bans = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) bans += detector.failed(here).banned_now ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bans, 1);
  EXPECT_TRUE(banned(here));
}

TEST_F(DetectorTest, WhatIsOldLeavesAsNewComes) {
  for (std::uint32_t i = 0; i < 500; ++i) {
    (void)detector.failed(boost::asio::ip::address_v4(i));
    (void)detector.used(boost::asio::ip::address_v4(i), key("k"));
  }
  EXPECT_EQ(detector.addresses(), 500U);
  clock.advance(minutes{2});
  for (std::uint32_t i = 0; i < 500; ++i) {
    (void)detector.failed(boost::asio::ip::address_v4(1'000'000 + i));
    (void)detector.used(boost::asio::ip::address_v4(1'000'000 + i), key("k"));
  }
  // A few old ones stay in parts that got fewer new ones; which, is up to a random key.
  EXPECT_LT(detector.addresses(), 600U);
  EXPECT_LT(detector.uses(), 600U);
}

constexpr std::uint32_t kAddresses = test::kSanitized ? 220'000 : 500'000;

TEST(DetectorMemory, IsBoundedWhateverTheNumberOfAddresses) {
  const test::ManualClock clock;
  crypto::SystemRandom random;
  const auto one = key("k");
  const auto before = mallinfo2().uordblks;
  Detector detector({}, clock, random);
  for (std::uint32_t i = 0; i < kAddresses; ++i) (void)detector.failed(boost::asio::ip::address_v4(i));
  const double incidents = static_cast<double>(mallinfo2().uordblks - before) / (1U << 20U);
  for (std::uint32_t i = 0; i < kAddresses; ++i) (void)detector.used(boost::asio::ip::address_v4(i), one);
  const double all = static_cast<double>(mallinfo2().uordblks - before) / (1U << 20U);
  std::cout << "[  memory ] " << kAddresses << " addresses: " << detector.addresses() << " with incidents, "
            << incidents << " MiB; " << detector.uses() << " uses, " << all - incidents << " MiB\n";
  EXPECT_LE(detector.addresses(), 100'000U);
  EXPECT_LE(detector.uses(), 200'000U);
  EXPECT_GT(detector.uses(), 190'000U);
  EXPECT_LT(all, 80);
}

}  // namespace
}  // namespace cogos::stages
