#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/time.hpp"
#include "net/transport.hpp"

namespace cogos::net {

/// Idle connections to upstreams, by origin. Safe to use from any thread; what it hands out belongs to the
/// caller alone.
class ConnectionPool {
 public:
  ConnectionPool(const Clock& clock, std::size_t max_per_origin, std::chrono::milliseconds max_age);

  /// The one used last that is still quiet and young; null where there is none. It may be dead all the same.
  [[nodiscard]] std::unique_ptr<Transport> take(const std::string& origin);
  void put(const std::string& origin, std::unique_ptr<Transport> transport);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Idle {
    std::unique_ptr<Transport> transport;
    std::chrono::steady_clock::time_point since;
  };

  const Clock& clock_;
  const std::size_t max_per_origin_;
  const std::chrono::milliseconds max_age_;
  mutable std::mutex mutex_;  // guards idle_
  std::map<std::string, std::deque<Idle>> idle_;
};

}  // namespace cogos::net
