#include "net/call_slots.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>

namespace cogos::net {
namespace {

Error too_many_calls(const char* why) {
  return Error(ErrorCode::overloaded, "too many calls wait for the model server; try again shortly", why)
      .with_retry_after(1);
}

}  // namespace

/// A call in the queue. The one that gives it a slot rings its bell, on its own strand.
struct CallSlots::Waiter {
  Waiter(const http::Executor& strand, std::chrono::milliseconds patience)
      : executor(strand), bell(std::make_shared<Timer>(strand, patience)) {}

  const http::Executor executor;
  const std::shared_ptr<Timer> bell;
  bool has_slot = false;  // guarded by the slots' mutex, and so is the list that it is in
};

/// A waiter's place in the queue. Wherever the wait ends, by a slot, by an exception or with the whole loop,
/// the queue knows of it no longer, and a slot that came too late goes to the next.
class CallSlots::Place {
 public:
  Place(CallSlots& slots, Waiter& waiter, std::list<Waiter*>::iterator at)
      : slots_(slots), waiter_(waiter), at_(at) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { static_cast<void>(leave()); }

  /// The slot, if it came.
  Slot leave() {
    if (left_) return {};
    left_ = true;
    const std::lock_guard lock(slots_.mutex_);
    if (waiter_.has_slot) return Slot(slots_.shared_from_this());
    slots_.waiting_.erase(at_);
    return {};
  }

 private:
  CallSlots& slots_;
  Waiter& waiter_;
  const std::list<Waiter*>::iterator at_;
  bool left_ = false;
};

CallSlots::Slot& CallSlots::Slot::operator=(Slot&& other) noexcept {
  if (this == &other) return *this;
  release();
  owner_ = std::move(other.owner_);
  return *this;
}

void CallSlots::Slot::release() noexcept {
  if (const auto owner = std::exchange(owner_, nullptr)) owner->give_back();
}

http::Task<Result<CallSlots::Slot>> CallSlots::take(OutgoingCall& call) {
  const auto self = shared_from_this();
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  std::unique_lock lock(mutex_);
  if (taken_ < bounds_.max_calls) {
    ++taken_;
    co_return Slot(self);
  }
  if (waiting_.size() >= bounds_.max_waiting) co_return too_many_calls("the queue for the upstream is full");
  Waiter waiter(executor, bounds_.max_wait);
  Place place(*this, waiter, waiting_.insert(waiting_.end(), &waiter));
  lock.unlock();

  {
    const OutgoingCall::Step step(call, [bell = waiter.bell] { bell->cancel(); });
    // Where the call was over already, that cancel found nothing to end.
    if (!call.over()) {
      boost::system::error_code ignored;
      auto token = boost::asio::redirect_error(use_awaitable, ignored);
      co_await waiter.bell->async_wait(token);
    }
  }
  Slot slot = place.leave();
  if (call.over()) co_return call.error();
  if (!slot.owner_) co_return too_many_calls("no call to the upstream ended in time");
  co_return slot;
}

void CallSlots::give_back() noexcept {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    --taken_;
    return;
  }
  Waiter& next = *waiting_.front();
  waiting_.pop_front();
  next.has_slot = true;
  try {
    boost::asio::post(next.executor, [bell = next.bell] { bell->cancel(); });
  } catch (const std::exception&) {
    // Without memory for the ring it finds its slot when its patience ends.
  }
}

}  // namespace cogos::net
