#include "net/outgoing_call.hpp"

#include <string>

namespace cogos::net {

OutgoingCall::OutgoingCall(const http::Executor& executor, std::chrono::milliseconds timeout)
    : timer_(executor), timeout_(timeout) {}

void OutgoingCall::start(http::Cancellation& cancellation) {
  cancellation_ = &cancellation;
  cancellation.on_request([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end(Reason::cancelled);
  });
  wind();
}

void OutgoingCall::extend() {
  if (!over()) wind();
}

void OutgoingCall::wind() {
  timer_.expires_after(timeout_);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failure) {
    const auto self = weak.lock();
    if (!failure && self) self->end(Reason::timeout);
  });
}

void OutgoingCall::stop() noexcept {
  if (cancellation_ != nullptr) cancellation_->on_request({});
  cancellation_ = nullptr;
  try {
    timer_.cancel();
  } catch (const boost::system::system_error&) {
    // It rings in vain.
  }
}

void OutgoingCall::end(Reason reason) {
  if (over()) return;
  reason_ = reason;
  if (interrupt_) interrupt_();
}

Error OutgoingCall::error() const {
  if (reason_ == Reason::cancelled)
    return Error(ErrorCode::client_closed, "the client closed the connection");
  return Error(ErrorCode::upstream_timeout, "the upstream did not answer within " +
                                                std::to_string(timeout_.count()) + " ms; try again later");
}

OutgoingCall::Step::Step(OutgoingCall& call, std::function<void()> interrupt) : call_(call) {
  if (call_.over()) interrupt();
  call_.interrupt_ = std::move(interrupt);
}

}  // namespace cogos::net
