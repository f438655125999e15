// How a document falls into sentences and labelled values.
#include <algorithm>
#include <array>

#include "engine/builtin_lists.hpp"
#include "engine/builtin_text.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::array<std::string_view, 32> kAbbreviations = {
    "dr",     "mr",   "mrs", "ms",  "prof", "st",  "jr",  "sr",  "vs",  "no",  "nr",
    "approx", "dept", "est", "fig", "gen",  "gov", "hon", "jan", "feb", "mar", "apr",
    "jun",    "jul",  "aug", "sep", "sept", "oct", "nov", "dec", "e",   "i"};
constexpr std::array<std::string_view, 26> kOrders = {
    "extract", "return",     "give",      "identify", "parse",     "list", "provide",
    "fill",    "summarize",  "summarise", "classify", "find",      "read", "analyze",
    "analyse", "convert",    "output",    "tell",     "determine", "get",  "generate",
    "produce", "categorize", "pull",      "turn",     "structure"};

}  // namespace

void Document::cut_sentences() {
  for (const Range line : lines_) {
    std::uint32_t start = line.begin;
    const auto close = [&](std::uint32_t end) {
      if (start >= end) return;
      std::uint32_t head = start;
      while (head < end && (tokens_[head].kind == TokenKind::mark || lower_word(head) == "please")) ++head;
      const std::string first = head < end ? lower_word(head) : std::string();
      const std::string second = head + 1 < end ? lower_word(head + 1) : std::string();
      const bool order = (one_of(kOrders, first) && !mark(head + 1, ':')) || mark(end - 1, '?') ||
                         ((first == "can" || first == "could") && second == "you");
      const auto id = static_cast<std::uint32_t>(sentences_.size());
      for (std::uint32_t i = start; i < end; ++i) {
        tokens_[i].sentence = id;
        tokens_[i].instruction = order;
      }
      sentences_.push_back({start, end});
      start = end;
    };
    bool order_open = false;
    for (std::uint32_t i = line.begin; i < line.end; ++i) {
      if (i == start) order_open = one_of(kOrders, lower_word(i)) || lower_word(i) == "please";
      const bool last = i + 1 == line.end;
      if (mark(i, '!') || mark(i, '?') || word(i) == "\xE3\x80\x82") {
        close(i + 1);
      } else if (mark(i, ':') && order_open && !last && tokens_[i + 1].spaced) {
        close(i + 1);  // an order, and after the colon what it is about
      } else if (mark(i, '.') && !last && tokens_[i + 1].spaced) {
        const bool small = tokens_[i + 1].kind == TokenKind::word && !tokens_[i + 1].capital;
        const bool joined = i > line.begin && !tokens_[i].spaced && tokens_[i - 1].kind == TokenKind::word;
        const std::string before = joined ? lower_word(i - 1) : std::string();
        const bool initial = joined && before.size() == 1 && tokens_[i - 1].capital;
        if (!small && !initial && !one_of(kAbbreviations, before)) {
          const bool quote = mark(i + 1, '"') && !tokens_[i + 1].spaced;
          close(quote ? i + 2 : i + 1);
        }
      }
    }
    close(line.end);
  }
}

void Document::add_label(Range label, Range value) {
  const auto trim = [&](Range range) {
    const auto noise = [&](std::uint32_t i) {
      const auto w = word(i);
      return w == "*" || w == "_" || w == "`" || w == "|" || w == "\"" || w == "'" || w == "," || w == ";" ||
             w == "{" || w == "}";
    };
    while (!range.empty() && noise(range.begin)) ++range.begin;
    while (!range.empty() && (noise(range.end - 1))) --range.end;
    return range;
  };
  label = trim(label);
  value = trim(value);
  if (label.empty()) return;
  const auto id = static_cast<std::int32_t>(labels_.size());
  for (std::uint32_t i = label.begin; i < label.end; ++i) label_of_[i] = id;
  for (std::uint32_t i = value.begin; i < value.end; ++i) value_of_[i] = id;
  labels_.push_back({label, value});
}

/// Several labels may share a line (`Name: Ann, Age: 34`): a value ends where the next label begins.
void Document::find_inline_labels(Range line) {
  constexpr std::uint32_t kMaxLabelWords = 6;
  struct Found {
    std::uint32_t begin;
    std::uint32_t colon;
  };
  std::vector<Found> found;
  std::uint32_t floor = line.begin;
  for (std::uint32_t i = line.begin + 1; i < line.end; ++i) {
    const bool colon = mark(i, ':') || mark(i, '=');
    if (!colon) continue;
    const bool clock = i + 1 < line.end && tokens_[i - 1].kind == TokenKind::number &&
                       tokens_[i + 1].kind == TokenKind::number && !tokens_[i + 1].spaced;
    if (clock || mark(i + 1, '/')) continue;
    std::uint32_t begin = i;
    while (begin > floor && i - begin < kMaxLabelWords) {
      const bool part = tokens_[begin - 1].kind != TokenKind::mark || mark(begin - 1, '/') ||
                        mark(begin - 1, '-') || mark(begin - 1, '_') || mark(begin - 1, '#') ||
                        mark(begin - 1, '(') || mark(begin - 1, ')') || mark(begin - 1, '"') ||
                        mark(begin - 1, '*') || mark(begin - 1, '$');
      if (!part) break;
      --begin;
    }
    bool named = false;  // a date or a number before a colon names nothing
    for (std::uint32_t k = begin; k < i; ++k) named = named || tokens_[k].kind == TokenKind::word;
    if (!named) continue;
    // In running text a label is the last capitalised run before the colon.
    if (begin != line.begin && begin > floor && !mark(begin - 1, ',') && !mark(begin - 1, ';') &&
        !mark(begin - 1, '.') && !mark(begin - 1, '|') && !mark(begin - 1, '{') && !mark(begin - 1, '-')) {
      while (begin + 1 < i && !(tokens_[begin].capital && tokens_[begin].spaced)) ++begin;
    }
    if (!found.empty() && begin == floor) {
      // `Customer: Jane Doe Order: 12` has no comma; the last capitalised run is the next label.
      std::uint32_t capital = i - 1;
      while (capital > begin + 1 && !tokens_[capital].capital) --capital;
      begin = capital;
    }
    found.push_back({begin, i});
    floor = i + 1;
  }
  for (std::size_t k = 0; k < found.size(); ++k) {
    std::uint32_t end = k + 1 < found.size() ? found[k + 1].begin : line.end;
    if (tokens_[found[k].begin].instruction && tokens_[found[k].colon].instruction &&
        found[k].begin == line.begin && found[k].colon - found[k].begin > 3) {
      continue;
    }
    for (std::uint32_t i = found[k].colon + 1; i + 1 < end; ++i) {
      if (tokens_[i + 1].sentence != tokens_[found[k].colon + 1].sentence) {
        end = i + 1;
        break;
      }
    }
    if (end > found[k].colon + 1 && mark(end - 1, '.') && !(end >= 2 && mark(end - 2, '.'))) --end;
    add_label({found[k].begin, found[k].colon}, {found[k].colon + 1, end});
  }
}

/// Rows of cells: under a header each column's name is the label of its cells; a row of two cells without a
/// header is a label and its value.
void Document::find_table_labels() {
  const auto cells_of = [&](std::uint32_t line, char separator) {
    std::vector<Range> cells;
    const Range range = lines_[line];
    std::uint32_t begin = range.begin;
    for (std::uint32_t i = range.begin; i <= range.end; ++i) {
      if (i < range.end && !mark(i, separator)) continue;
      if (i > begin || (i > range.begin && i < range.end)) cells.push_back({begin, i});
      begin = i + 1;
    }
    return cells;
  };
  const auto rule = [&](std::uint32_t line) {
    for (std::uint32_t i = lines_[line].begin; i < lines_[line].end; ++i) {
      if (!mark(i, '|') && !mark(i, '-') && !mark(i, ':') && !mark(i, '+')) return false;
    }
    return true;
  };
  for (const char separator : {'|', ','}) {
    for (std::uint32_t line = 0; line < lines_.size();) {
      const auto header = cells_of(line, separator);
      const bool words =
          header.size() > 1 && std::all_of(header.begin(), header.end(), [&](Range cell) {
            return !cell.empty() && cell.end - cell.begin <= 5 && tokens_[cell.begin].kind == TokenKind::word;
          });
      std::uint32_t row = line + 1;
      if (row < lines_.size() && separator == '|' && rule(row)) ++row;
      const std::uint32_t first = row;
      while (words && row < lines_.size() && cells_of(row, separator).size() == header.size()) ++row;
      const bool table =
          words && row > first &&
          (separator == '|' ? header.size() > 2 || first > line + 1 : row - first >= 2 || header.size() > 2);
      if (table) {
        for (std::uint32_t r = first; r < row; ++r) {
          const auto cells = cells_of(r, separator);
          for (std::size_t c = 0; c < cells.size(); ++c) {
            if (!cells[c].empty()) add_label(header[c], cells[c]);
          }
        }
        line = row;
        continue;
      }
      if (separator == '|' && header.size() == 2 && !rule(line) && !header[0].empty() &&
          label_of_[header[0].begin] < 0)
        add_label(header[0], header[1]);
      ++line;
    }
  }
}

void Document::find_labels() {
  for (std::uint32_t line = 0; line < lines_.size(); ++line) {
    Range content = lines_[line];
    bullet(line, content);
    find_inline_labels(content);
  }
  find_table_labels();
}

}  // namespace cogos::engine::builtin
