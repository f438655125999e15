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

/// The same for a text that comes in pieces, wherever it is cut.
class TokenCounter {
 public:
  void add(std::string_view piece) noexcept;
  [[nodiscard]] std::uint64_t total() const noexcept;

 private:
  enum class Class : std::uint8_t { space, letter, digit, high, other };
  [[nodiscard]] static Class class_of(char c) noexcept;
  [[nodiscard]] static std::uint64_t cost(Class kind, std::uint64_t length) noexcept;

  std::uint64_t ended_ = 0;  // of the runs that are over
  Class kind_ = Class::space;
  std::uint64_t length_ = 0;  // of the run that goes on
};

}  // namespace cogos::engine
