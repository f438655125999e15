#pragma once

#include <chrono>
#include <cstdint>

#include "http/exchange.hpp"

namespace cogos::stages {

/// For a refusal at the first gates: the body is not looked at, and the empty one stands for it in the
/// receipt (wire formats §3).
void leave_body_out(http::Exchange& exchange);

/// A wait as Retry-After says it: rounded up, so that who waits that long has waited enough.
[[nodiscard]] std::uint32_t whole_seconds(std::chrono::nanoseconds wait) noexcept;

}  // namespace cogos::stages
