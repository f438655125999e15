#pragma once

#include <string_view>

namespace cogos {

/// `text` without the line end that a file or a shell's `$(…)` left at its end: one LF, CR LF or CR at most.
[[nodiscard]] constexpr std::string_view without_line_end(std::string_view text) noexcept {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace cogos
