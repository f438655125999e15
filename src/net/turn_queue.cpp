#include "net/turn_queue.hpp"

#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "http/await_callback.hpp"

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
  boost::asio::post(next->strand, [self = shared_from_this()] { self->give_turn(); });
}

}  // namespace cogos::net
