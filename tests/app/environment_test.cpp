#include "app/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

namespace cogos::app {
namespace {

constexpr const char* kName = "COGOS_TEST_ENVIRONMENT";

TEST(Environment, AnEmptyVariableIsNone) {
  ::setenv(kName, "", 1);
  EXPECT_FALSE(environment(kName));
  EXPECT_FALSE(take_from_environment(kName));
  ::unsetenv(kName);
  EXPECT_FALSE(environment(kName));
  EXPECT_FALSE(take_from_environment(kName));
}

TEST(Environment, ATakenSecretIsGoneFromWhereItStood) {
  ::setenv(kName, "hunter2-hunter2", 1);
  const char* place = std::getenv(kName);
  const auto secret = take_from_environment(kName);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->reveal(), "hunter2-hunter2");
  EXPECT_EQ(std::string_view(place, 15), std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15));
  EXPECT_EQ(std::getenv(kName), nullptr);
}

TEST(Environment, OneLineEndIsNoPartOfASecret) {
  for (const char* value : {"word\n", "word\r\n", "word"}) {
    ::setenv(kName, value, 1);
    const auto secret = take_from_environment(kName);
    ASSERT_TRUE(secret) << value;
    EXPECT_EQ(secret->reveal(), "word");
  }
  ::setenv(kName, "word\n\n", 1);
  EXPECT_EQ(take_from_environment(kName)->reveal(), "word\n");
  ::setenv(kName, "\n", 1);
  EXPECT_FALSE(take_from_environment(kName));
}

}  // namespace
}  // namespace cogos::app
