#include "api/token_limits.hpp"

#include "engine/token_bound.hpp"

namespace cogos::api {

Result<void> bound_tokens(http::Exchange& exchange, const keys::Package& package,
                          engine::InferenceRequest& request) {
  if (package.max_prompt_tokens_per_call == 0 && package.daily_token_cap == 0) return {};
  const auto max_tokens =
      bound_tokens(exchange, package, engine::prompt_token_bound(request), request.max_tokens);
  if (!max_tokens) return max_tokens.error();
  request.max_tokens = *max_tokens;
  return {};
}

Result<std::optional<std::uint32_t>> bound_tokens(http::Exchange& exchange, const keys::Package& package,
                                                  std::uint64_t prompt_bound,
                                                  std::optional<std::uint32_t> max_tokens) {
  const std::uint64_t ceiling = package.max_prompt_tokens_per_call;
  if (ceiling != 0 && prompt_bound > ceiling) {
    return Error(ErrorCode::prompt_too_large, "the prompt may have " + std::to_string(prompt_bound) +
                                                  " tokens, and your package allows " +
                                                  std::to_string(ceiling) + " a call; shorten it")
        .with_fact("estimated_prompt_tokens", prompt_bound)
        .with_fact("max_prompt_tokens_per_call", ceiling);
  }
  if (!exchange.quota || package.daily_token_cap == 0) return max_tokens;
  return exchange.quota->take_tokens(prompt_bound, max_tokens);
}

Result<void> cover_tokens(http::Exchange& exchange, std::uint64_t tokens) {
  if (!exchange.quota || exchange.quota->cover(tokens)) return {};
  return Error(ErrorCode::daily_quota_exceeded,
               "the answer needs more tokens than your package has left today; it was not charged");
}

}  // namespace cogos::api
