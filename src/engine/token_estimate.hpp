#pragma once

#include <cstdint>
#include <string_view>

namespace cogos::engine {

/// How many tokens a common subword tokenizer would make of `text`, near enough for quotas and usage figures;
/// no vocabulary is consulted. White space is free; a run of ASCII letters costs one token for each 6 letters
/// begun, a run of ASCII digits one for each 3 begun, a run of bytes >= 0x80 one for each 3 bytes begun (a
/// CJK character is 3 bytes), and any other character one. So `Hello, world!` is 4. Deterministic, additive
/// over white space, total over any bytes, O(n).
[[nodiscard]] std::uint64_t estimate_tokens(std::string_view text) noexcept;

}  // namespace cogos::engine
