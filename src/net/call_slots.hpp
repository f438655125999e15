#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

#include "cogos/result.hpp"
#include "net/outgoing_call.hpp"
#include "net/token.hpp"

namespace cogos::net {

/// Bounds the calls that go on at once, and those that wait for one of them to end. First come, first served.
/// Safe to use from any number of strands. Made by std::make_shared: slots keep it alive.
class CallSlots : public std::enable_shared_from_this<CallSlots> {
 public:
  struct Bounds {
    std::size_t max_calls = 64;
    std::size_t max_waiting = 256;
    std::chrono::milliseconds max_wait{5'000};
  };

  /// One call's permission to go on; given back when it goes.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept = default;
    Slot& operator=(Slot&& other) noexcept;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { release(); }

   private:
    friend class CallSlots;
    explicit Slot(std::shared_ptr<CallSlots> owner) : owner_(std::move(owner)) {}
    void release() noexcept;

    std::shared_ptr<CallSlots> owner_;
  };

  explicit CallSlots(Bounds bounds) : bounds_(bounds) {}

  /// Waits for a slot. Fails with overloaded, at once where too many wait already and otherwise after
  /// max_wait, or as `call` says where that ended meanwhile. On the caller's strand.
  http::Task<Result<Slot>> take(OutgoingCall& call);

 private:
  struct Waiter;
  class Place;

  void give_back() noexcept;

  const Bounds bounds_;
  std::mutex mutex_;  // guards what follows
  std::size_t taken_ = 0;
  std::list<Waiter*> waiting_;
};

}  // namespace cogos::net
