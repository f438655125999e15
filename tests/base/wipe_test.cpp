#include "base/wipe.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cogos::base {
namespace {

TEST(Wipe, OverwritesAllThatTheTextOwns) {
  std::string text(100, '7');
  const char* place = text.data();
  text.resize(10);  // the rest is unused capacity, with its bytes in it
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), place);
  EXPECT_EQ(std::count(place, place + 100, '7'), 0);
}

}  // namespace
}  // namespace cogos::base
