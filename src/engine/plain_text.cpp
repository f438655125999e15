#include "engine/plain_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cogos::engine {
namespace {

struct CodePoint {
  std::string_view bytes;
  char32_t value = 0;
};

/// The first one of valid UTF-8.
CodePoint first_of(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t size = std::min<std::size_t>(lead < 0x80   ? 1
                                                 : lead < 0xe0 ? 2
                                                 : lead < 0xf0 ? 3
                                                               : 4,
                                                 text.size());
  char32_t value = size == 1 ? lead : lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) value = value << 6U | (byte(i) & 0x3fU);
  return {text.substr(0, size), value};
}

/// C0, C1 and DEL; soft hyphen; zero-width and bidirectional marks, embeddings, overrides and isolates
/// (Unicode §23.2, UAX #9); byte-order mark; interlinear marks; tags.
bool is_invisible(char32_t c) {
  constexpr std::array<std::pair<char32_t, char32_t>, 9> kRanges{{{0x00, 0x1f},
                                                                  {0x7f, 0x9f},
                                                                  {0xad, 0xad},
                                                                  {0x61c, 0x61c},
                                                                  {0x200b, 0x200f},
                                                                  {0x202a, 0x202e},
                                                                  {0x2060, 0x206f},
                                                                  {0xfeff, 0xfeff},
                                                                  {0xe0000, 0xe007f}}};
  if (c >= 0xfff9 && c <= 0xfffb) return true;
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [c](const auto& range) { return c >= range.first && c <= range.second; });
}

bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x2028 || c == 0x2029 || c == 0x3000;
}

/// Takes what stands for another character off the front of `text`.
bool take_entity(std::string_view& text, char& out) {
  constexpr std::array<std::pair<std::string_view, char>, 6> kEntities{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&#x27;", '\''}}};
  for (const auto& [name, character] : kEntities) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    out = character;
    return true;
  }
  return false;
}

/// Takes one piece of markup off the front: `<`, a letter, `/` or `!`, and all up to `>`.
bool take_markup(std::string_view& text) {
  if (text.size() < 2 || text[0] != '<') return false;
  const char next = text[1];
  const bool opens =
      (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' || next == '!';
  const std::size_t end = text.find('>');
  if (!opens || end == std::string_view::npos) return false;
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

std::string plain_text(std::string_view text, std::size_t limit) {
  std::string out;
  bool blank = false;  // owed before the next character
  while (!text.empty()) {
    if (take_markup(text)) continue;
    char plain = 0;
    CodePoint next;
    if (take_entity(text, plain)) {
      next = {std::string_view(&plain, 1), static_cast<char32_t>(plain)};
    } else {
      next = first_of(text);
      text.remove_prefix(next.bytes.size());
    }
    if (is_space(next.value)) {
      blank = !out.empty();
      continue;
    }
    if (is_invisible(next.value)) continue;
    if (out.size() + (blank ? 1 : 0) + next.bytes.size() > limit) break;
    if (std::exchange(blank, false)) out += ' ';
    out += next.bytes;
  }
  return out;
}

}  // namespace cogos::engine
