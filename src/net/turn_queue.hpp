#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "http/task.hpp"

namespace cogos::net {

/// Where connections whose client has sent further requests ahead wait before each of these. One at a time,
/// over all connections, goes on, and the next only once that one has done all it could without waiting:
/// however much is sent ahead, it never takes more than one thread, and between two of them everybody else's
/// requests run. A request whose handler waits (for the disk, an upstream) does not keep the next from its
/// turn. Thread-safe.
class TurnQueue : public std::enable_shared_from_this<TurnQueue> {
 public:
  /// Goes on when it is this connection's turn. `own` is the strand of the coroutine that waits.
  http::Task<void> turn(http::Executor own);

  /// Drops whoever waits still; for the end, when the loop does not run any more.
  void forget();

 private:
  struct Waiting {
    http::Executor strand;
    std::function<void(bool)> resume;
  };

  void put(Waiting one);
  void give_turn();

  std::mutex mutex_;  // guards all below
  std::deque<Waiting> waiting_;
  bool taken_ = false;
};

}  // namespace cogos::net
