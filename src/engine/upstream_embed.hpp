#pragma once

#include <vector>

#include "engine/embedding.hpp"
#include "engine/upstream.hpp"

namespace cogos::engine {

/// Where a server's answer keeps what EmbeddingReply needs.
struct FoundVectors {
  std::vector<const Json*> places;  ///< Each input's vector, in order.
  const Json* prompt_tokens = nullptr;
};

/// A missing token count is replaced by estimate_tokens of the inputs. Fails with upstream_error where there
/// is not one vector an input, where they are not all of one size from 1 to kMaxDimensions, and of the one
/// that was asked for, where an element is no number or does not fit a float, or where the count is none.
[[nodiscard]] Result<EmbeddingReply> read_vectors(const FoundVectors& found, const EmbeddingRequest& request);

}  // namespace cogos::engine
