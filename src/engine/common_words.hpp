#pragma once

#include <string_view>

namespace cogos::engine {

/// Whether it is one of some two thousand words, in small ASCII letters, that with a space before them are
/// one token in each of the tokenizers that tests/engine/token_counts.json names. A binary search.
[[nodiscard]] bool is_common_word(std::string_view word) noexcept;

}  // namespace cogos::engine
