#include "api/token_limits.hpp"

#include "engine/token_bound.hpp"

namespace cogos::api {

Result<void> bound_tokens(http::Exchange& exchange, const keys::Package& package,
                          engine::InferenceRequest& request) {
  const std::uint64_t ceiling = package.max_prompt_tokens_per_call;
  if (ceiling == 0 && package.daily_token_cap == 0) return {};
  const std::uint64_t prompt = engine::prompt_token_bound(request);
  if (ceiling != 0 && prompt > ceiling) {
    return Error(ErrorCode::prompt_too_large, "the prompt may have " + std::to_string(prompt) +
                                                  " tokens, and your package allows " +
                                                  std::to_string(ceiling) + " a call; shorten it")
        .with_fact("estimated_prompt_tokens", prompt)
        .with_fact("max_prompt_tokens_per_call", ceiling);
  }
  if (!exchange.quota) return {};
  const auto max_tokens = exchange.quota->take_tokens(prompt, request.max_tokens);
  if (!max_tokens) return max_tokens.error();
  request.max_tokens = *max_tokens;
  return {};
}

Result<void> cover_tokens(http::Exchange& exchange, const engine::InferenceReply& reply) {
  if (!exchange.quota || exchange.quota->cover(reply.prompt_tokens + reply.completion_tokens)) return {};
  return Error(ErrorCode::daily_quota_exceeded,
               "the answer needs more tokens than your package has left today; it was not charged");
}

}  // namespace cogos::api
