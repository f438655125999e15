#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "base/time.hpp"
#include "http/task.hpp"

namespace cogos::net {

/// Where connections whose client has sent further requests ahead wait before each of these. One at a time,
/// over all connections, goes on, and the next only once that one has done all it could without waiting:
/// however much is sent ahead, it never takes more than one thread, and between two of them everybody else's
/// requests run. A request whose handler waits (for the disk, an upstream) does not keep the next from its
/// turn. And after each `work` of turns comes as long a `rest` in which none begins: a thread that never
/// sleeps would have its whole time slice, some milliseconds, before the system let anybody else run on its
/// core. Thread-safe.
class TurnQueue : public std::enable_shared_from_this<TurnQueue> {
 public:
  struct Pace {
    std::chrono::microseconds work{500};
    std::chrono::microseconds rest{500};
  };

  /// `clock` must outlive the last turn.
  TurnQueue(const Clock& clock, Pace pace) : clock_(clock), pace_(pace) {}
  explicit TurnQueue(const Clock& clock) : TurnQueue(clock, Pace{}) {}

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
  void end_turn(const http::Executor& strand, std::chrono::steady_clock::time_point began);
  [[nodiscard]] bool rest_is_due(std::chrono::steady_clock::duration worked);

  const Clock& clock_;
  const Pace pace_;
  std::mutex mutex_;  // guards all below
  std::deque<Waiting> waiting_;
  bool taken_ = false;
  std::chrono::steady_clock::duration worked_{0};  // since the last rest
};

}  // namespace cogos::net
