#include "base/clock_watch.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"

namespace cogos {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ClockWatchTest : public ::testing::Test {
 protected:
  test::ManualClock clock;
  ClockWatch watch{clock};
};

TEST_F(ClockWatchTest, SeesNothingWhileBothClocksGoOn) {
  for (const auto passed : {milliseconds{0}, milliseconds{1}, milliseconds{1000}, milliseconds{hours{30}}}) {
    clock.advance(passed);
    EXPECT_FALSE(watch.observe());
  }
}

TEST_F(ClockWatchTest, SeesAJumpEitherWayOnceAndWhatItWas) {
  const TimePoint start = clock.now();
  clock.advance(seconds{1});
  clock.set(clock.now() - hours{1});
  const auto back = watch.observe();
  ASSERT_TRUE(back);
  EXPECT_EQ(back->before, start + seconds{1});
  EXPECT_EQ(back->after, start + seconds{1} - hours{1});
  EXPECT_EQ(back->by(), -hours{1});
  clock.advance(seconds{1});
  EXPECT_FALSE(watch.observe());
  clock.set(clock.now() + hours{2});
  EXPECT_EQ(watch.observe()->by(), hours{2});
  EXPECT_FALSE(watch.observe());
}

TEST_F(ClockWatchTest, FollowsWhatIsWithinTheBound) {
  clock.set(clock.now() + ClockWatch::kBound);
  EXPECT_FALSE(watch.observe());
  clock.set(clock.now() - ClockWatch::kBound);
  EXPECT_FALSE(watch.observe()) << "the one before is not added to it";
  clock.set(clock.now() - ClockWatch::kBound - milliseconds{1});
  EXPECT_TRUE(watch.observe());
}

/// A process that is stopped for a minute right between two readings.
class HeldUpClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    if (hold_up) {
      hold_up = false;
      inner.advance(std::chrono::minutes{1});
    }
    return inner.now();
  }
  [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override { return inner.monotonic(); }
  mutable test::ManualClock inner;
  mutable bool hold_up = false;
};

TEST(ClockWatch, TakesBeingHeldUpForNoJump) {
  HeldUpClock clock;
  ClockWatch watch(clock);
  clock.hold_up = true;
  EXPECT_FALSE(watch.observe());
  clock.inner.advance(seconds{1});
  EXPECT_FALSE(watch.observe());
}

}  // namespace
}  // namespace cogos
