#include "stages/admin_access.hpp"

namespace cogos::stages {

void AdminAccess::allow_from(http::Networks networks) {
  auto next = std::make_shared<const http::Networks>(std::move(networks));
  const std::lock_guard lock(mutex_);
  from_ = std::move(next);
  anywhere_.store(from_->empty(), std::memory_order_release);
}

bool AdminAccess::may_operate(const boost::asio::ip::address& peer) const {
  if (anywhere_.load(std::memory_order_acquire)) return true;
  std::shared_ptr<const http::Networks> from;
  {
    const std::lock_guard lock(mutex_);
    from = from_;
  }
  // It may have become empty meanwhile: then it is anywhere.
  return from->empty() || from->contains(peer);
}

http::Surface AdminAccess::surface_for(const http::Exchange& exchange) const {
  using http::Surface;
  const bool operators = may_operate(exchange.peer);
  if (!own_door_) return operators ? Surface::all : Surface::customers;
  if (exchange.door == http::Door::front) return Surface::customers;
  return operators ? Surface::operators : Surface::probes;
}

}  // namespace cogos::stages
