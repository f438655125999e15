#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace cogos::store {

/// First in, first out, between any number of threads; never longer than its bound.
template <class T>
class BoundedQueue {
 public:
  enum class Put : std::uint8_t { taken, full, closed };

  explicit BoundedQueue(std::size_t bound) : bound_(bound) {}

  /// Does not wait. `item` is moved from only where it was taken. `beyond` the bound too: for few items that
  /// must not be lost.
  Put put(T& item, bool beyond = false) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return Put::closed;
      if (items_.size() >= bound_ && !beyond) return Put::full;
      items_.push_back(std::move(item));
    }
    changed_.notify_one();
    return Put::taken;
  }

  /// Waits for something to be there, then takes as much as there is, `most` items at most. Nothing: the
  /// queue is closed and empty.
  std::vector<T> take(std::size_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
    std::vector<T> taken;
    while (!items_.empty() && taken.size() < most) {
      taken.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    return taken;
  }

  /// Nothing more comes in; what is in can still be taken.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace cogos::store
