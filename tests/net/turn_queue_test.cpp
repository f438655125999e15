#include "net/turn_queue.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include "support/manual_clock.hpp"

namespace cogos::net {
namespace {

class TurnQueueTest : public ::testing::Test {
 protected:
  /// A connection that takes five turns, each of so much work.
  http::Task<void> five_turns(http::Executor strand, std::chrono::milliseconds work) {
    for (int i = 0; i < 5; ++i) {
      http::Task<void> waiting = turns->turn(strand);
      co_await std::move(waiting);
      clock.advance(work);
      ++taken;
    }
  }
  void start(std::chrono::milliseconds work) {
    const http::Executor strand = boost::asio::make_strand(io.get_executor());
    boost::asio::co_spawn(strand, five_turns(strand, work), boost::asio::detached);
  }
  void TearDown() override { turns->forget(); }
  void have(TurnQueue::Pace pace) { turns = std::make_shared<TurnQueue>(clock, pace); }

  test::ManualClock clock;
  boost::asio::io_context io{1};
  std::shared_ptr<TurnQueue> turns;
  int taken = 0;
};

TEST_F(TurnQueueTest, RestsAfterItsWork) {
  have({std::chrono::milliseconds{2}, std::chrono::hours{1}});
  start(std::chrono::milliseconds{1});
  start(std::chrono::milliseconds{1});
  io.poll();
  EXPECT_EQ(taken, 2) << "over all connections";
}

TEST_F(TurnQueueTest, GoesOnAfterItsRest) {
  have({std::chrono::milliseconds{2}, std::chrono::microseconds{1}});
  start(std::chrono::milliseconds{1});
  start(std::chrono::milliseconds{1});
  while (taken < 10) ASSERT_EQ(io.run_one(), 1U);
}

TEST_F(TurnQueueTest, DoesNotRestFromLittleWork) {
  have({std::chrono::milliseconds{2}, std::chrono::hours{1}});
  start(std::chrono::milliseconds{0});
  start(std::chrono::milliseconds{0});
  io.poll();
  EXPECT_EQ(taken, 10);
}

}  // namespace
}  // namespace cogos::net
