#include "keys/first_use.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <thread>
#include <vector>

namespace cogos::keys {
namespace {

using Entry = FirstUse::Entry;

TEST(FirstUse, TheFirstRequestMarksAndTheOthersDoNot) {
  FirstUse use;
  EXPECT_FALSE(use.used());
  EXPECT_EQ(use.enter(), Entry::to_be_marked);
  EXPECT_TRUE(use.used());
  EXPECT_EQ(use.enter(), Entry::admitted) << "while the mark is on its way";
  use.settled(true);
  EXPECT_EQ(use.enter(), Entry::admitted);
}

TEST(FirstUse, AMarkThatFailedIsTriedAgainByTheNextRequest) {
  FirstUse use;
  EXPECT_EQ(use.enter(), Entry::to_be_marked);
  use.settled(false);
  EXPECT_TRUE(use.used()) << "in memory it stays used";
  EXPECT_FALSE(use.replace());
  EXPECT_EQ(use.enter(), Entry::to_be_marked);
}

TEST(FirstUse, AReplacedKeyIsRefusedAndAUsedOneNotReplaced) {
  FirstUse replaced;
  EXPECT_TRUE(replaced.replace());
  EXPECT_FALSE(replaced.used());
  EXPECT_EQ(replaced.enter(), Entry::refused);
  EXPECT_FALSE(replaced.replace()) << "once";
  FirstUse used;
  EXPECT_EQ(used.enter(), Entry::to_be_marked);
  EXPECT_FALSE(used.replace());
}

TEST(FirstUse, OfManyThreadsEitherTheUsersOrOneReplacementWin) {
  for (int round = 0; round < 500; ++round) {
    FirstUse use;
    std::latch start(5);
    std::vector<Entry> entries(3);
    std::vector<char> replacements(2);
    std::vector<std::jthread> threads;
    for (Entry& entry : entries) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        entry = use.enter();
      });
    }
    for (char& replacement : replacements) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        replacement = use.replace() ? 1 : 0;
      });
    }
    threads.clear();
    const int replaced = replacements[0] + replacements[1];
    const auto count = [&](Entry entry) { return std::count(entries.begin(), entries.end(), entry); };
    EXPECT_EQ(count(Entry::refused), replaced == 1 ? 3 : 0);
    EXPECT_EQ(count(Entry::to_be_marked), replaced == 1 ? 0 : 1);
    EXPECT_LE(replaced, 1);
  }
}

}  // namespace
}  // namespace cogos::keys
