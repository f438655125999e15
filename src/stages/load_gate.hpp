#pragma once

#include <memory>

#include "http/budget.hpp"
#include "http/stage.hpp"

namespace cogos::stages {

/// Bounds how many requests of customers and operators are being answered at once, over all connections: each
/// may wait for the disk or for an upstream, and holds memory meanwhile. Beyond it a request is refused with
/// overloaded before its body is looked at. Open routes need no place, so health checks always pass.
class LoadGate final : public http::Gate {
 public:
  explicit LoadGate(std::uint64_t max_pending) : places_(std::make_shared<http::Budget>(max_pending)) {}

  Result<void> pass(http::Exchange& exchange) override;

  /// Requests that are being answered at this moment.
  [[nodiscard]] std::uint64_t pending() const noexcept { return places_->in_use(); }

 private:
  const std::shared_ptr<http::Budget> places_;
};

}  // namespace cogos::stages
