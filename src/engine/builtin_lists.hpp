#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace cogos::engine::builtin {

template <std::size_t N>
[[nodiscard]] bool one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Whether `word` stands in `list`, which is `|one|two|three|`.
[[nodiscard]] inline bool listed(std::string_view list, const std::string& word) {
  return !word.empty() && list.find("|" + word + "|") != std::string_view::npos;
}

}  // namespace cogos::engine::builtin
