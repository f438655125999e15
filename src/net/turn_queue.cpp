#include "net/turn_queue.hpp"

#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "http/await_callback.hpp"
#include "net/token.hpp"

namespace cogos::net {

http::Task<void> TurnQueue::turn(http::Executor own) {
  auto start = [self = shared_from_this(), own](std::function<void(bool)> resume) {
    self->put({own, std::move(resume)});
  };
  http::Task<bool> waiting = http::await_callback<bool>(std::move(start));
  co_await std::move(waiting);
}

void TurnQueue::forget() {
  std::deque<Waiting> dropped;  // outlives the lock: what it holds may hold this queue
  const std::lock_guard lock(mutex_);
  dropped.swap(waiting_);
}

void TurnQueue::put(Waiting one) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(one));
    if (std::exchange(taken_, true)) return;
  }
  give_turn();
}

void TurnQueue::give_turn() {
  std::optional<Waiting> next;
  {
    const std::lock_guard lock(mutex_);
    taken_ = !waiting_.empty();
    if (!taken_) return;
    next.emplace(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  // The strand runs these in their order: the turn ends when the connection comes to a stop.
  next->resume(true);
  boost::asio::post(next->strand, [self = shared_from_this(), strand = next->strand,
                                   began = clock_.monotonic()] { self->end_turn(strand, began); });
}

void TurnQueue::end_turn(const http::Executor& strand, std::chrono::steady_clock::time_point began) {
  if (!rest_is_due(clock_.monotonic() - began)) {
    give_turn();
    return;
  }
  const auto timer = std::make_shared<Timer>(strand, pace_.rest);
  timer->async_wait([self = shared_from_this(), timer](const boost::system::error_code& failure) {
    if (!failure) self->give_turn();
  });
}

bool TurnQueue::rest_is_due(std::chrono::steady_clock::duration worked) {
  const std::lock_guard lock(mutex_);
  worked_ += worked;
  if (worked_ < pace_.work) return false;
  worked_ = {};
  return true;
}

}  // namespace cogos::net
