#include "net/call_slots.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <thread>
#include <vector>

namespace cogos::net::test {
namespace {

using std::chrono::milliseconds;

CallSlots::Bounds bounds(std::size_t calls, std::size_t waiting, milliseconds wait = milliseconds(60'000)) {
  return {calls, waiting, wait};
}

/// A call that keeps its slot until it is told to end.
struct HeldCall {
  explicit HeldCall(boost::asio::io_context& io, milliseconds time = milliseconds(60'000))
      : strand(boost::asio::make_strand(io)), timeout(time), end(strand, Timer::time_point::max()) {}

  http::Executor strand;
  milliseconds timeout;
  Timer end;
  http::Cancellation cancellation;
  std::optional<ErrorCode> refused;
  std::optional<std::uint64_t> retry_after;
  int turn = 0;  // the how-manieth to get a slot
};

http::Task<void> run(std::shared_ptr<CallSlots> slots, HeldCall& held, int& turns) {
  const auto call = std::make_shared<OutgoingCall>(held.strand, held.timeout);
  call->start(held.cancellation);
  {
    const Result<CallSlots::Slot> slot = co_await slots->take(*call);
    if (slot) {
      held.turn = ++turns;
      boost::system::error_code ignored;
      auto token = boost::asio::redirect_error(use_awaitable, ignored);
      co_await held.end.async_wait(token);
    } else {
      held.refused = slot.error().code();
      held.retry_after = slot.error().retry_after_s();
    }
  }
  call->stop();
}

/// On one thread, which is the test's: so everything that can happen has happened after settle().
class CallSlotsTest : public testing::Test {
 public:
  void start(HeldCall& held) {
    boost::asio::co_spawn(held.strand, run(slots, held, turns), boost::asio::detached);
    settle();
  }
  void finish(HeldCall& held) {
    held.end.cancel();
    settle();
  }
  void settle() {
    io.restart();
    io.poll();
  }
  void run_until_refused(const HeldCall& held) {
    io.restart();
    while (!held.refused) io.run_one();
  }

  boost::asio::io_context io;
  int turns = 0;
  std::shared_ptr<CallSlots> slots = std::make_shared<CallSlots>(bounds(1, 2));
};

TEST_F(CallSlotsTest, ServesInOrderAndRefusesAtOnceWhatIsTooMuch) {
  HeldCall first(io);
  HeldCall second(io);
  HeldCall third(io);
  HeldCall fourth(io);
  for (HeldCall* held : {&first, &second, &third, &fourth}) start(*held);
  EXPECT_EQ(first.turn, 1);
  EXPECT_EQ(second.turn + third.turn, 0);
  EXPECT_EQ(fourth.refused, ErrorCode::overloaded);
  EXPECT_EQ(fourth.retry_after, 1U);
  finish(first);
  EXPECT_EQ(second.turn, 2);
  EXPECT_EQ(third.turn, 0);
  finish(second);
  EXPECT_EQ(third.turn, 3);
  finish(third);
  HeldCall fifth(io);
  start(fifth);
  EXPECT_EQ(fifth.turn, 4);
  finish(fifth);
}

TEST_F(CallSlotsTest, LetNobodyWaitForLongerThanTheBound) {
  slots = std::make_shared<CallSlots>(bounds(1, 1, milliseconds(20)));
  HeldCall first(io);
  HeldCall second(io);
  start(first);
  start(second);
  run_until_refused(second);
  EXPECT_EQ(second.refused, ErrorCode::overloaded);
  finish(first);
  HeldCall third(io);
  start(third);
  EXPECT_EQ(third.turn, 2);
  finish(third);
}

TEST_F(CallSlotsTest, EndTheWaitOfACallThatIsOver) {
  HeldCall first(io);
  HeldCall late(io, milliseconds(20));
  HeldCall left(io);
  for (HeldCall* held : {&first, &late, &left}) start(*held);
  left.cancellation.request();
  settle();
  EXPECT_EQ(left.refused, ErrorCode::client_closed);
  run_until_refused(late);
  EXPECT_EQ(late.refused, ErrorCode::upstream_timeout);
  HeldCall next(io);
  start(next);  // there is room in the queue again
  finish(first);
  EXPECT_EQ(next.turn, 2);
  finish(next);
}

TEST_F(CallSlotsTest, PassOnASlotThatComesToACallThatIsOver) {
  HeldCall first(io);
  HeldCall left(io);
  HeldCall next(io);
  for (HeldCall* held : {&first, &left, &next}) start(*held);
  // Both before the loop goes on: the slot is left's, and left is over.
  first.end.cancel();
  io.restart();
  while (turns == 1 && io.poll_one() != 0) left.cancellation.request();
  settle();
  EXPECT_EQ(left.turn, 0);
  EXPECT_EQ(left.refused, ErrorCode::client_closed);
  EXPECT_EQ(next.turn, 2);
  finish(next);
}

TEST(CallSlots, GoDownWithTheLoopThatTheirCallsWaitedOn) {
  auto slots = std::make_shared<CallSlots>(bounds(1, 2));
  const std::weak_ptr<CallSlots> seen = slots;
  int turns = 0;
  {
    std::optional<HeldCall> first;
    std::optional<HeldCall> second;
    boost::asio::io_context io;
    first.emplace(io);
    second.emplace(io);
    for (auto* held : {&first, &second}) {
      boost::asio::co_spawn((*held)->strand, run(slots, **held, turns), boost::asio::detached);
    }
    io.poll();
    slots.reset();
    EXPECT_FALSE(seen.expired());
    first->end.cancel();
    first.reset();
    second.reset();
  }
  EXPECT_TRUE(seen.expired());
}

TEST(CallSlots, AreNeverMoreThanTheBoundOnManyThreads) {
  constexpr int kCalls = 400;
  boost::asio::io_context io;
  const auto slots = std::make_shared<CallSlots>(bounds(3, kCalls));
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  const auto one = [&](http::Executor strand) -> http::Task<void> {
    http::Cancellation cancellation;
    const auto call = std::make_shared<OutgoingCall>(strand, milliseconds(60'000));
    call->start(cancellation);
    {
      const Result<CallSlots::Slot> slot = co_await slots->take(*call);
      if (slot) {
        const int here = ++now;
        int seen = most;
        while (here > seen && !most.compare_exchange_weak(seen, here)) {
        }
        co_await boost::asio::post(strand, use_awaitable);
        --now;
        ++done;
      }
    }
    call->stop();
  };
  for (int i = 0; i < kCalls; ++i) {
    const http::Executor strand = boost::asio::make_strand(io);
    boost::asio::co_spawn(strand, one(strand), boost::asio::detached);
  }
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&io] { io.run(); });
  }
  EXPECT_EQ(done, kCalls);
  EXPECT_LE(most, 3);
}

}  // namespace
}  // namespace cogos::net::test
