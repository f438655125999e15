#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "http/exchange.hpp"
#include "stages/token_buckets.hpp"

namespace cogos::stages {

/// As the exchange carries it to its response.
[[nodiscard]] http::RateStanding standing(const Drawn& drawn, std::uint32_t per_minute);

/// A duration as OpenAI's rate limit headers write it, rounded up: `250ms` below a second, then `12s`,
/// `1m0s`.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace cogos::stages
