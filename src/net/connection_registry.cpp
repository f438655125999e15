#include "net/connection_registry.hpp"

#include <utility>

namespace cogos::net {

ConnectionRegistry::ConnectionRegistry(std::size_t max_connections) : max_connections_(max_connections) {}

ConnectionRegistry::Admission ConnectionRegistry::admit(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  if (is_closed()) return Admission::refused;
  open_.emplace(connection.get(), connection);
  return open_.size() > max_connections_ ? Admission::overloaded : Admission::admitted;
}

bool ConnectionRegistry::refuses() const {
  const std::lock_guard lock(mutex_);
  return is_closed();
}

bool ConnectionRegistry::is_closed() const {
  const std::size_t hard_limit = max_connections_ + max_connections_ / 8 + 16;
  return draining() || open_.size() >= hard_limit;
}

void ConnectionRegistry::remove(const Connection* connection) {
  std::function<void()> on_empty;
  {
    const std::lock_guard lock(mutex_);
    open_.erase(connection);
    if (open_.empty()) on_empty = std::exchange(on_empty_, nullptr);
  }
  if (on_empty) on_empty();
}

void ConnectionRegistry::start_draining(std::function<void()> on_empty) {
  {
    const std::lock_guard lock(mutex_);
    draining_.store(true, std::memory_order_release);
    if (!open_.empty()) {
      on_empty_ = std::move(on_empty);
      return;
    }
  }
  on_empty();
}

void ConnectionRegistry::forget_on_empty() {
  const std::lock_guard lock(mutex_);
  on_empty_ = nullptr;
}

std::size_t ConnectionRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

std::vector<std::shared_ptr<Connection>> ConnectionRegistry::all() const {
  std::vector<std::shared_ptr<Connection>> connections;
  const std::lock_guard lock(mutex_);
  connections.reserve(open_.size());
  for (const auto& [key, weak] : open_) {
    if (auto connection = weak.lock()) connections.push_back(std::move(connection));
  }
  return connections;
}

}  // namespace cogos::net
