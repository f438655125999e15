#pragma once

#include <cstdint>
#include <optional>

#include "engine/inference_engine.hpp"
#include "http/exchange.hpp"
#include "keys/package.hpp"

namespace cogos::api {

/// Keeps a call within its package, before inference: refuses a prompt above the ceiling (prompt_too_large,
/// with the estimate), and holds what the call can use at most of the day's tokens, which may lower
/// `max_tokens` (daily_quota_exceeded where nothing fits). Once a call.
[[nodiscard]] Result<void> bound_tokens(http::Exchange& exchange, const keys::Package& package,
                                        engine::InferenceRequest& request);

/// The same for a call of so many tokens at most that needs `max_tokens` of an answer. Gives the `max_tokens`
/// to ask the engine for.
[[nodiscard]] Result<std::optional<std::uint32_t>> bound_tokens(http::Exchange& exchange,
                                                                const keys::Package& package,
                                                                std::uint64_t prompt_bound,
                                                                std::optional<std::uint32_t> max_tokens);

/// Whether the day's tokens cover an answer that is complete; daily_quota_exceeded for one of an engine that
/// used more than it was asked to.
[[nodiscard]] Result<void> cover_tokens(http::Exchange& exchange, std::uint64_t tokens);

}  // namespace cogos::api
