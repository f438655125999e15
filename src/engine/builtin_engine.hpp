#pragma once

#include "engine/inference_engine.hpp"

namespace cogos::engine {

/// The embedded default: extractive, no language model. With a schema it fills the schema from the
/// conversation and the text is the canonical JSON of a value that has been validated; without one it quotes
/// the sentences that bear most on the last question. Same request, same bytes; `model`, `temperature`,
/// `top_p` and `seed` change nothing. Stateless, and so safe from any strand. It computes on the calling
/// strand, about linearly in the text, and never suspends.
class BuiltinEngine final : public InferenceEngine {
 public:
  /// Neither tools nor messages with calls or results of tools.
  [[nodiscard]] Result<void> accepts(const InferenceRequest& request) const override;
  http::Task<Result<InferenceReply>> complete(const InferenceRequest& request,
                                              http::Cancellation& cancellation) override;
  http::Task<Result<std::unique_ptr<InferenceStream>>> stream(const InferenceRequest& request,
                                                              http::Cancellation& cancellation) override;
  [[nodiscard]] std::string_view name() const noexcept override { return "builtin"; }

  /// What complete() answers; stream() gives the same text in pieces. `stop` and `max_tokens` apply to free
  /// text alone: JSON is given whole or not at all. Tokens are those of estimate_tokens.
  [[nodiscard]] static Result<InferenceReply> answer(const InferenceRequest& request);
};

}  // namespace cogos::engine
