#include "engine/builtin_text.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace cogos::engine::builtin {
namespace {

bool is_alpha(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool is_high(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

/// Bytes of the code point at `i`, 1 if the input should be broken.
std::size_t width(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t bytes = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(bytes, text.size() - i);
}

/// Beyond ASCII: letters are whatever is not known as punctuation, symbol or space.
bool high_letter(std::string_view text, std::size_t i) {
  const auto a = static_cast<unsigned char>(text[i]);
  const auto b = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
  if (a == 0xC2) return b == 0xAA || b == 0xB5 || b == 0xBA;
  if (a == 0xC3) return b != 0x97 && b != 0xB7;
  if (a == 0xE2) return b > 0xAF;  // U+2000..U+2BFF: punctuation, currency, arrows, …
  if (a == 0xE3 && b == 0x80)
    return static_cast<unsigned char>(text[std::min(i + 2, text.size() - 1)]) > 0x91;
  if (a == 0xEF && b == 0xBC) return false;  // full-width punctuation
  return a < 0xF0;                           // emoji are marks
}

bool high_space(std::string_view text, std::size_t i) {
  const std::string_view rest = text.substr(i);
  return rest.starts_with("\xC2\xA0") || rest.starts_with("\xE2\x80\xAF") ||
         rest.starts_with("\xE2\x80\x89") || rest.starts_with("\xE3\x80\x80");
}

bool high_capital(std::string_view text, std::size_t i) {
  const auto a = static_cast<unsigned char>(text[i]);
  const auto b = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
  return (a == 0xC3 && b >= 0x80 && b <= 0x9E) || (a == 0xCE && b >= 0x86 && b <= 0xAB) ||
         (a == 0xD0 && b >= 0x80 && b <= 0xAF) || (a >= 0xC4 && a <= 0xC5 && b % 2 == 0);
}

bool letter(std::string_view text, std::size_t i) {
  return i < text.size() && (is_alpha(text[i]) || (is_high(text[i]) && high_letter(text, i)));
}

/// End of the number at `i`: thousands in threes, one decimal point; dotted runs such as dates and versions
/// stay apart.
std::size_t number_end(std::string_view t, std::size_t i) {
  const auto digits = [&](std::size_t from) {
    while (from < t.size() && is_digit(t[from])) ++from;
    return from;
  };
  const auto threes = [&](std::size_t from, char separator) {
    while (from < t.size() && t[from] == separator && digits(from + 1) == from + 4) from += 4;
    return from;
  };
  const std::size_t whole = digits(i);
  if (whole - i <= 3) {
    const std::size_t european = threes(whole, '.');
    if (european > whole + 4 || (european > whole && european < t.size() && t[european] == ',' &&
                                 digits(european + 1) == european + 3)) {
      return t[european] == ',' && european < t.size() ? digits(european + 1) : european;
    }
  }
  // 49,90 € and 3,5 km: a comma is a decimal point only where a unit says that this is one number.
  if (whole < t.size() && t[whole] == ',') {
    const std::size_t fraction = digits(whole + 1);
    std::string_view rest = t.substr(fraction);
    if (rest.starts_with(' ')) rest.remove_prefix(1);
    const bool unit = rest.starts_with("\xE2\x82\xAC") || rest.starts_with("EUR") || rest.starts_with("km") ||
                      rest.starts_with("kg") || rest.starts_with("\xC2\xB0") || rest.starts_with('%') ||
                      rest.starts_with("cm");
    if (fraction > whole + 1 && fraction <= whole + 3 && unit) return fraction;
  }
  const std::size_t end = whole - i <= 3 ? threes(whole, ',') : whole;
  if (end + 1 < t.size() && t[end] == '.' && is_digit(t[end + 1])) {
    const std::size_t fraction = digits(end + 1);
    const bool dotted = fraction + 1 < t.size() && t[fraction] == '.' && is_digit(t[fraction + 1]);
    return dotted ? end : fraction;
  }
  return end;
}

}  // namespace

Document::Document(std::string text) : text_(std::move(text)) {
  tokenize();
  index_stems();
  cut_sentences();
  label_of_.assign(tokens_.size(), -1);
  value_of_.assign(tokens_.size(), -1);
  find_labels();
}

void Document::tokenize() {
  const std::string_view t = text_;
  bool spaced = true;
  std::uint32_t line = 0;
  std::uint32_t line_start = 0;
  bool after_dot = false;
  tokens_.reserve(t.size() / 4);  // English has about five bytes a token
  for (std::size_t i = 0; i < t.size();) {
    if (t[i] == '\n') {
      if (line_start < tokens_.size()) {
        lines_.push_back({line_start, size()});
        line_start = size();
        ++line;
      }
      spaced = true;
      ++i;
      continue;
    }
    if (static_cast<unsigned char>(t[i]) <= ' ' || high_space(t, i)) {
      spaced = true;
      i += high_space(t, i) ? width(t, i) : 1;
      continue;
    }
    Token token;
    token.begin = static_cast<std::uint32_t>(i);
    token.line = line;
    token.spaced = spaced;
    spaced = false;
    if (is_digit(t[i])) {
      token.kind = TokenKind::number;
      if (after_dot && !token.spaced) {
        while (i < t.size() && is_digit(t[i])) ++i;
      } else {
        i = number_end(t, i);
      }
    } else if (letter(t, i)) {
      token.kind = TokenKind::word;
      token.capital = is_high(t[i]) ? high_capital(t, i) : t[i] < 'a';
      while (i < t.size()) {
        const bool apostrophe = (t[i] == '\'' || t.substr(i).starts_with("\xE2\x80\x99")) &&
                                i > token.begin && letter(t, i + width(t, i));
        if (!letter(t, i) && !is_digit(t[i]) && !apostrophe) break;
        i += width(t, i);
      }
    } else {
      i += width(t, i);
    }
    token.end = static_cast<std::uint32_t>(i);
    // 05.03.2024: what follows the first dot is no fraction.
    after_dot = t[token.begin] == '.' && !token.spaced && token.begin > 0 && is_digit(t[token.begin - 1]);
    if (token.kind != TokenKind::mark) {
      std::string key = stem(t.substr(token.begin, token.end - token.begin));
      const auto id = static_cast<std::uint32_t>(stem_ids_.size());
      token.stem = stem_ids_.try_emplace(std::move(key), id).first->second;
    }
    tokens_.push_back(token);
  }
  if (line_start < tokens_.size()) lines_.push_back({line_start, size()});
}

void Document::index_stems() {
  positions_begin_.assign(stem_ids_.size() + 1, 0);
  for (const Token& token : tokens_) {
    if (token.kind != TokenKind::mark) ++positions_begin_[token.stem + 1];
  }
  std::partial_sum(positions_begin_.begin(), positions_begin_.end(), positions_begin_.begin());
  positions_.resize(positions_begin_.back());
  std::vector<std::uint32_t> next(positions_begin_.begin(), positions_begin_.end() - 1);
  for (std::uint32_t i = 0; i < size(); ++i) {
    if (tokens_[i].kind != TokenKind::mark) positions_[next[tokens_[i].stem]++] = i;
  }
}

std::string_view Document::text_of(Range range) const {
  if (range.empty()) return {};
  const std::uint32_t from = tokens_[range.begin].begin;
  return std::string_view(text_).substr(from, tokens_[range.end - 1].end - from);
}

std::string_view Document::word(std::uint32_t i) const {
  return text_of({i, i + 1});
}

std::string Document::lower_word(std::uint32_t i) const {
  return i < size() ? lower(word(i)) : std::string();
}

bool Document::mark(std::uint32_t i, char c) const {
  return i < size() && tokens_[i].end == tokens_[i].begin + 1 && text_[tokens_[i].begin] == c;
}

std::span<const std::uint32_t> Document::positions(const std::string& stem) const {
  const auto it = stem_ids_.find(stem);
  if (it == stem_ids_.end()) return {};
  const std::uint32_t* all = positions_.data();
  return {all + positions_begin_[it->second], all + positions_begin_[it->second + 1]};
}

bool Document::bullet(std::uint32_t line, Range& content) const {
  const Range range = lines_[line];
  const auto first = word(range.begin);
  const bool sign = first == "-" || first == "*" || first == "+" || first == "\xE2\x80\xA2" ||
                    first == "\xE2\x80\x93" || first == "\xE2\x80\x94" || first == "\xC2\xB7" ||
                    first == "\xE2\x97\xA6";
  if (sign && range.end - range.begin > 1 && tokens_[range.begin + 1].spaced) {
    content = {range.begin + 1, range.end};
    return true;
  }
  const bool numbered = tokens_[range.begin].kind == TokenKind::number && range.end - range.begin > 2 &&
                        (mark(range.begin + 1, '.') || mark(range.begin + 1, ')')) &&
                        !tokens_[range.begin + 1].spaced && tokens_[range.begin + 2].spaced;
  if (numbered) content = {range.begin + 2, range.end};
  return numbered;
}

}  // namespace cogos::engine::builtin
