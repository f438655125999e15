#include "http/budget.hpp"

#include <algorithm>
#include <utility>

namespace cogos::http {

Budget::Share::Share(Share&& other) noexcept
    : budget_(std::move(other.budget_)), amount_(std::exchange(other.amount_, 0)) {}

Budget::Share& Budget::Share::operator=(Share&& other) noexcept {
  if (this == &other) return *this;
  release();
  budget_ = std::move(other.budget_);
  amount_ = std::exchange(other.amount_, 0);
  return *this;
}

void Budget::Share::release() noexcept {
  if (!budget_) return;
  budget_->in_use_.fetch_sub(std::exchange(amount_, 0), std::memory_order_relaxed);
  budget_.reset();
}

bool Budget::take(std::uint64_t amount, Share& share) {
  std::uint64_t used = in_use_.load(std::memory_order_relaxed);
  do {
    if (amount > total_ - used) return false;
  } while (!in_use_.compare_exchange_weak(used, used + amount, std::memory_order_relaxed));
  if (!share.budget_) share.budget_ = shared_from_this();
  share.amount_ += amount;
  return true;
}

bool cover_body(Budget* budget, std::uint64_t covered, std::uint64_t size, Budget::Share& share) {
  const std::uint64_t from = std::max(covered, kUncountedBytes);
  return budget == nullptr || size <= from || budget->take(size - from, share);
}

}  // namespace cogos::http
