#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cogos::engine {

inline constexpr std::size_t kMaxEmbeddingInputs = 256;
inline constexpr std::uint32_t kMaxDimensions = 16'384;

/// Texts to be made into vectors, already validated.
struct EmbeddingRequest {
  std::string model;                ///< The engine's own name for it.
  std::vector<std::string> inputs;  ///< 1 to kMaxEmbeddingInputs, none empty.
  std::optional<std::uint32_t> dimensions;
};

struct EmbeddingReply {
  std::vector<std::vector<double>> vectors;  ///< One an input, in order; of one size; finite as floats too.
  std::uint64_t prompt_tokens = 0;
};

}  // namespace cogos::engine
