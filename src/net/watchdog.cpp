#include "net/watchdog.hpp"

#include <algorithm>
#include <utility>

namespace cogos::net {

Watchdog::Watchdog(const http::Executor& executor, const Clock& clock, Transport& transport,
                   Duration presence_interval)
    : timer_(executor), clock_(clock), transport_(&transport), presence_interval_(presence_interval) {}

void Watchdog::expire_in(Duration duration) {
  expired_ = false;
  const auto now = clock_.monotonic();
  deadline_ = now + duration;
  arm(now);
}

void Watchdog::no_deadline() noexcept {
  deadline_ = kNever;
  expired_ = false;
}

void Watchdog::attend(http::Cancellation& cancellation) {
  attended_ = &cancellation;
  const auto now = clock_.monotonic();
  next_look_ = now + presence_interval_;
  arm(now);
}

void Watchdog::cancel_now() {
  if (attended_ != nullptr) std::exchange(attended_, nullptr)->request();
}

void Watchdog::stop() noexcept {
  transport_ = nullptr;
  attended_ = nullptr;
  try {
    timer_.cancel();
  } catch (const boost::system::system_error&) {
    // The ring finds no transport and does nothing.
  }
}

void Watchdog::arm(TimePoint now) {
  const auto due = std::min(deadline_, attended_ != nullptr ? next_look_ : kNever);
  if (due >= armed_for_) return;
  armed_for_ = due;
  timer_.expires_after(due - now);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
    if (!failure) self->on_ring();
  });
}

void Watchdog::on_ring() {
  if (transport_ == nullptr) return;
  armed_for_ = kNever;
  const auto now = clock_.monotonic();
  if (now >= deadline_) {
    deadline_ = kNever;
    expired_ = true;
    transport_->interrupt();
  }
  if (attended_ != nullptr && now >= next_look_) {
    next_look_ = now + presence_interval_;
    if (transport_->peer_left()) {
      client_left_ = true;
      if (attended_->ends_with_client()) cancel_now();
    }
  }
  arm(now);
}

}  // namespace cogos::net
