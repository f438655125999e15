#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace cogos::net {

class Connection;

/// The connections that are open, how many there may be, and whether the server is going down. Safe to use
/// from any thread.
class ConnectionRegistry {
 public:
  enum class Admission : unsigned char {
    admitted,
    overloaded,  ///< Over the limit: to be answered 503.
    refused,     ///< Over the hard limit, or the server is draining: to be closed at once.
  };

  /// The hard limit is `max_connections` and an eighth and 16 more.
  explicit ConnectionRegistry(std::size_t max_connections);

  /// Whether admit() would refuse now: before anything is built for a connection that is only to be closed.
  [[nodiscard]] bool refuses() const;
  [[nodiscard]] Admission admit(const std::shared_ptr<Connection>& connection);
  /// By a connection's destructor; does nothing for one that was refused.
  void remove(const Connection* connection);

  /// Admits nobody any more. `on_empty` runs once, on any thread, as soon as no connection is left; at once
  /// where there is none.
  void start_draining(std::function<void()> on_empty);
  /// `on_empty` will not run any more, unless it runs just now.
  void forget_on_empty();
  [[nodiscard]] bool draining() const noexcept { return draining_.load(std::memory_order_acquire); }

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> all() const;

 private:
  [[nodiscard]] bool is_closed() const;

  const std::size_t max_connections_;
  std::atomic<bool> draining_{false};
  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<const Connection*, std::weak_ptr<Connection>> open_;
  std::function<void()> on_empty_;
};

}  // namespace cogos::net
