#include "net/connection_pool.hpp"

#include <utility>

namespace cogos::net {

ConnectionPool::ConnectionPool(const Clock& clock, std::size_t max_per_origin,
                               std::chrono::milliseconds max_age)
    : clock_(clock), max_per_origin_(max_per_origin), max_age_(max_age) {}

std::unique_ptr<Transport> ConnectionPool::take(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  const auto found = idle_.find(origin);
  if (found == idle_.end()) return nullptr;
  const auto now = clock_.monotonic();
  while (!found->second.empty()) {
    Idle newest = std::move(found->second.back());
    found->second.pop_back();
    // An idle upstream has nothing to say but goodbye.
    if (now - newest.since <= max_age_ && !newest.transport->readable()) return std::move(newest.transport);
  }
  idle_.erase(found);
  return nullptr;
}

void ConnectionPool::put(const std::string& origin, std::unique_ptr<Transport> transport) {
  if (max_per_origin_ == 0) return;
  const std::lock_guard lock(mutex_);
  auto& connections = idle_[origin];
  const auto now = clock_.monotonic();
  while (!connections.empty() && now - connections.front().since > max_age_) connections.pop_front();
  if (connections.size() >= max_per_origin_) connections.pop_front();
  connections.push_back(Idle{std::move(transport), now});
}

std::size_t ConnectionPool::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t total = 0;
  for (const auto& [origin, connections] : idle_) total += connections.size();
  return total;
}

}  // namespace cogos::net
