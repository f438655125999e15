#pragma once

#include <chrono>
#include <memory>

#include "base/time.hpp"
#include "http/cancellation.hpp"
#include "net/transport.hpp"

namespace cogos::net {

/// Watches one connection: a deadline on whatever it waits for and, while a request is answered, a look from
/// time to time whether the client is still there. Both share one timer, which is armed again only where it
/// would ring too late, so a busy connection pays for a few rings a second and nothing a request. On the
/// connection's strand only. Intervals are the Clock's.
class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  using Duration = std::chrono::milliseconds;

  /// `clock` must outlive the watchdog, `transport` must live until stop().
  Watchdog(const http::Executor& executor, const Clock& clock, Transport& transport,
           Duration presence_interval);

  /// Once the time is over expired() holds and the transport is interrupted. Replaces a former deadline.
  void expire_in(Duration duration);
  /// Takes the deadline back; expired() is false again.
  void no_deadline() noexcept;
  [[nodiscard]] bool expired() const noexcept { return expired_; }

  /// Until dismiss(), a client that leaves means a call of `cancellation.request()`, where the work ends with
  /// its client.
  void attend(http::Cancellation& cancellation);
  void dismiss() noexcept { attended_ = nullptr; }
  /// Requests the cancellation that is attended to, if any, now.
  void cancel_now();
  [[nodiscard]] bool client_left() const noexcept { return client_left_; }

  /// Nothing happens any more afterwards.
  void stop() noexcept;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr TimePoint kNever = TimePoint::max();

  void arm(TimePoint now);
  void on_ring();

  Timer timer_;
  const Clock& clock_;
  Transport* transport_;
  const Duration presence_interval_;
  http::Cancellation* attended_ = nullptr;
  TimePoint deadline_ = kNever;
  TimePoint next_look_ = kNever;
  TimePoint armed_for_ = kNever;
  bool expired_ = false;
  bool client_left_ = false;
};

}  // namespace cogos::net
