#include "app/log.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"

namespace cogos::app {
namespace {

TEST(Log, AnEventIsOutWhenWriteReturnsAndBringsWhatWasAppendedBefore) {
  const test::ManualClock clock;
  Log log("json", "info", clock);
  testing::internal::CaptureStderr();
  log.append(Log::Level::info, "request", {{"n", std::int64_t{1}}});
  log.write(Log::Level::info, "ready");
  const std::string out = testing::internal::GetCapturedStderr();
  const auto request = out.find("\"event\":\"request\",\"n\":1}\n");
  const auto ready = out.find("\"event\":\"ready\"}\n");
  ASSERT_NE(request, std::string::npos) << out;
  ASSERT_NE(ready, std::string::npos) << out;
  EXPECT_LT(request, ready);
}

TEST(Log, LosesNothingAtItsEnd) {
  const test::ManualClock clock;
  testing::internal::CaptureStderr();
  constexpr int kLines = 1'000;  // several portions
  {
    Log log("console", "info", clock);
    for (std::int64_t i = 0; i < kLines; ++i) log.append(Log::Level::info, "request", {{"n", i}});
    log.append(Log::Level::debug, "not of interest", {});
  }
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), kLines);
  EXPECT_TRUE(out.ends_with("request n=999\n")) << out.substr(out.size() - 100);
}

}  // namespace
}  // namespace cogos::app
