#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/time.hpp"
#include "cogos/result.hpp"
#include "http/outgoing.hpp"
#include "net/token.hpp"

namespace cogos::net {

/// What can end one outgoing call before its time: the time-out, and the client for whom it is made. Either
/// interrupts whatever the call waits for just then. On the caller's strand only.
class OutgoingCall : public std::enable_shared_from_this<OutgoingCall> {
 public:
  OutgoingCall(const http::Executor& executor, std::chrono::milliseconds timeout);

  /// Starts the clock and listens to `cancellation`, which must live until stop().
  void start(http::Cancellation& cancellation);
  void stop() noexcept;
  /// Starts the clock again, for a call whose every step has the time-out for itself.
  void extend();

  [[nodiscard]] bool over() const noexcept { return reason_ != Reason::none; }
  /// Once over(): client_closed or upstream_timeout.
  [[nodiscard]] Error error() const;
  [[nodiscard]] std::chrono::milliseconds timeout() const noexcept { return timeout_; }

  /// While it exists, the end of the call runs `interrupt`; at once where it came already.
  class Step {
   public:
    Step(OutgoingCall& call, std::function<void()> interrupt);
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { call_.interrupt_ = nullptr; }

   private:
    OutgoingCall& call_;
  };

 private:
  enum class Reason : std::uint8_t { none, timeout, cancelled };

  void end(Reason reason);
  void wind();

  Timer timer_;
  const std::chrono::milliseconds timeout_;
  http::Cancellation* cancellation_ = nullptr;
  std::function<void()> interrupt_;
  Reason reason_ = Reason::none;
};

}  // namespace cogos::net
