#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cogos::engine::builtin {

/// The first words of a text, in a form that other spellings of the same word share: lower case (ASCII)
/// without the common English endings. `departing`, `departure`, `departs` are one. Not a dictionary form.
[[nodiscard]] std::string stem(std::string_view word);

[[nodiscard]] std::string lower(std::string_view text);

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Words that carry no subject of their own: articles, prepositions, auxiliaries, pronouns. Lower case in.
[[nodiscard]] bool is_stop_word(std::string_view lower_word);

enum class TokenKind : std::uint8_t { word, number, mark };

struct Token {
  std::uint32_t begin = 0;  ///< Byte offsets into the document's text; never within a code point.
  std::uint32_t end = 0;
  std::uint32_t stem = 0;  ///< Id in the document; words and numbers only.
  std::uint32_t line = 0;
  std::uint32_t sentence = 0;
  TokenKind kind = TokenKind::mark;
  bool capital = false;      ///< Starts with an upper-case letter (ASCII, Latin-1, Greek, Cyrillic).
  bool spaced = false;       ///< White space, or the text's start, stands before it.
  bool instruction = false;  ///< In a sentence that tells what to do rather than what is.
};

/// Half-open range of token indices.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const noexcept { return begin >= end; }
  [[nodiscard]] bool contains(std::uint32_t i) const noexcept { return i >= begin && i < end; }
};

/// `label: value`, `| label | value |`, `label = value`, or a column of a table.
struct Label {
  Range label;
  Range value;
};

/// A text cut into lines, sentences and tokens once, with an index from stems to positions. Immutable after
/// construction; memory about 40 bytes a token. O(n).
class Document {
 public:
  explicit Document(std::string text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::span<const Token> tokens() const noexcept { return tokens_; }
  [[nodiscard]] const Token& at(std::uint32_t i) const { return tokens_[i]; }
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(tokens_.size()); }
  [[nodiscard]] Range all() const noexcept { return {0, size()}; }

  /// The bytes from the first token to the last one, white space within included.
  [[nodiscard]] std::string_view text_of(Range range) const;
  [[nodiscard]] std::string_view word(std::uint32_t i) const;
  [[nodiscard]] std::string lower_word(std::uint32_t i) const;
  /// Whether token `i` is the one-byte mark `c`; false beyond the end.
  [[nodiscard]] bool mark(std::uint32_t i, char c) const;

  /// Positions of a stem, ascending; empty if the text lacks it.
  [[nodiscard]] std::span<const std::uint32_t> positions(const std::string& stem) const;

  [[nodiscard]] const std::vector<Range>& lines() const noexcept { return lines_; }
  [[nodiscard]] const std::vector<Range>& sentences() const noexcept { return sentences_; }
  [[nodiscard]] const std::vector<Label>& labels() const noexcept { return labels_; }
  /// Index of the label that token `i` belongs to as name or as value, or -1.
  [[nodiscard]] std::int32_t label_of(std::uint32_t i) const { return label_of_[i]; }
  [[nodiscard]] std::int32_t value_of(std::uint32_t i) const { return value_of_[i]; }
  /// Whether the line starts with a list mark (`-`, `*`, `•`, `1.`); `content` is then the range after it.
  bool bullet(std::uint32_t line, Range& content) const;

 private:
  void tokenize();
  void index_stems();
  void cut_sentences();
  void find_labels();
  void find_inline_labels(Range line);
  void find_table_labels();
  void add_label(Range label, Range value);

  std::string text_;
  std::vector<Token> tokens_;
  std::vector<Range> lines_;
  std::vector<Range> sentences_;
  std::vector<Label> labels_;
  std::vector<std::int32_t> label_of_;
  std::vector<std::int32_t> value_of_;
  std::unordered_map<std::string, std::uint32_t> stem_ids_;
  std::vector<std::uint32_t> positions_;        // of all stems, one stem's after another's
  std::vector<std::uint32_t> positions_begin_;  // by stem id, and the end of the last one
};

}  // namespace cogos::engine::builtin
