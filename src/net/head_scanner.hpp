#pragma once

#include <cstddef>
#include <string_view>

namespace cogos::net {

/// Looks for the end of a message head in bytes that arrive in portions; looks at each byte once. Stricter
/// than the parser behind it: lines end in CRLF and nothing else, and no line begins with white space
/// (obs-fold, RFC 9112 §5.2).
class HeadScanner {
 public:
  enum class Found : unsigned char { nothing_yet, head, bad_line };

  /// `input` begins with the head and only grows from call to call.
  [[nodiscard]] Found scan(std::string_view input) noexcept {
    for (;;) {
      if (line_ > 0 && line_ < input.size() && (input[line_] == ' ' || input[line_] == '\t'))
        return Found::bad_line;
      const auto feed = input.find('\n', scanned_);
      if (feed == std::string_view::npos) {
        scanned_ = input.size();
        return Found::nothing_yet;
      }
      if (feed == line_ || input[feed - 1] != '\r') return Found::bad_line;
      const bool empty_line = feed == line_ + 1;
      line_ = scanned_ = feed + 1;
      if (empty_line) return Found::head;
    }
  }

  /// Where the first line that is not complete begins; after Found::head, where the head ends.
  [[nodiscard]] std::size_t whole_lines() const noexcept { return line_; }

 private:
  std::size_t line_ = 0;
  std::size_t scanned_ = 0;
};

}  // namespace cogos::net
