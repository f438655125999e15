#pragma once

#include <cstdint>
#include <string_view>

#include "engine/inference_engine.hpp"

namespace cogos::engine {

/// No fewer tokens than the usual subword tokenizers make of `text`, whatever it is; for refusing a prompt
/// before anybody has counted it. No vocabulary is consulted, so most letters count as one token each: a
/// tokenizer never makes more tokens than there are bytes and one, and of random letters hardly fewer. Two
/// things are known to be fewer in all of them, and count so:
/// - a common English word (common_words.hpp) after one space, in small letters, counts with that space as
/// one
///   token for each six letters begun;
/// - a run of n spaces (n > 1) counts as 1 + n/8.
/// English prose comes out at about twice its true count, other text at up to four times. Never below
/// estimate_tokens(). O(n).
[[nodiscard]] std::uint64_t token_bound(std::string_view text);

/// The same for all that a call sends to the model: its messages, 8 for what a chat template puts around each
/// of them and 16 around all, the schema, and twice the JSON of tools and their calls.
[[nodiscard]] std::uint64_t prompt_token_bound(const InferenceRequest& request);

/// The same for texts that are made into vectors: 8 for what is put around each, and 16 around all.
[[nodiscard]] std::uint64_t prompt_token_bound(const EmbeddingRequest& request);

}  // namespace cogos::engine
