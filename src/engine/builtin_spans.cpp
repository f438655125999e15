// Addresses, identifiers, quotations: what is recognised by its spelling.
#include <algorithm>
#include <array>

#include "engine/builtin_candidates.hpp"

namespace cogos::engine::builtin {
namespace {

class SpanScanner {
 public:
  SpanScanner(const Document& document, std::vector<bool>& covered, std::vector<Span>& out)
      : doc_(document), covered_(covered), out_(out) {}

  void run() {
    std::uint32_t chunk = 0;
    for (std::uint32_t i = 0; i < doc_.size(); ++i) {
      if (i == 0 || doc_.at(i).spaced) chunk = i;
      if (doc_.mark(i, '@')) email(chunk, i);
      if (doc_.mark(i, ':') || doc_.lower_word(i) == "www") url(i);
    }
    for (std::uint32_t i = 0; i < doc_.size();) {
      i = covered_[i] ? i + 1 : std::max({street(i), phone(i), identifier(i), hashtag(i), i + 1});
    }
    quotations();
  }

 private:
  /// End of the run of tokens from `i` with no white space between, on one line.
  std::uint32_t chunk_end(std::uint32_t i) const {
    std::uint32_t end = i + 1;
    while (end < doc_.size() && !doc_.at(end).spaced) ++end;
    return end;
  }

  void add(SpanKind kind, Range range, bool cover) {
    if (range.empty()) return;
    if (cover) std::fill(covered_.begin() + range.begin, covered_.begin() + range.end, true);
    out_.push_back({kind, range});
  }

  bool address_part(std::uint32_t i) const {
    return doc_.at(i).kind != TokenKind::mark || doc_.mark(i, '.') || doc_.mark(i, '-') ||
           doc_.mark(i, '_') || doc_.mark(i, '+') || doc_.mark(i, '%');
  }

  void email(std::uint32_t chunk, std::uint32_t at) {
    std::uint32_t begin = at;
    while (begin > chunk && address_part(begin - 1) && !covered_[begin - 1]) --begin;
    std::uint32_t end = at + 1;
    while (end < doc_.size() && !doc_.at(end).spaced && address_part(end)) ++end;
    while (end > at + 1 && doc_.at(end - 1).kind == TokenKind::mark) --end;
    bool dot = false;
    for (std::uint32_t i = at + 1; i < end; ++i)
      dot = dot || doc_.mark(i, '.') || doc_.word(i).find('.') != std::string_view::npos;
    if (begin < at && end > at + 1 && dot) add(SpanKind::email, {begin, end}, true);
  }

  void url(std::uint32_t i) {
    const bool scheme = doc_.mark(i, ':') && i > 0 && doc_.mark(i + 1, '/') && doc_.mark(i + 2, '/');
    const bool www = !doc_.mark(i, ':') && doc_.mark(i + 1, '.') &&
                     (i == 0 || doc_.at(i).spaced || !doc_.mark(i - 1, '/'));
    if (!scheme && !www) return;
    const std::uint32_t begin = scheme ? i - 1 : i;
    if (covered_[begin]) return;
    std::uint32_t end = begin + 1;
    while (end < doc_.size() && !doc_.at(end).spaced && !doc_.mark(end, '"') && !doc_.mark(end, '<') &&
           !doc_.mark(end, '>'))
      ++end;
    const auto tail = [&](std::uint32_t k) {
      return doc_.mark(k, '.') || doc_.mark(k, ',') || doc_.mark(k, ';') || doc_.mark(k, ')') ||
             doc_.mark(k, '!') || doc_.mark(k, '?') || doc_.mark(k, ':') || doc_.mark(k, ']') ||
             doc_.mark(k, '\'');
    };
    while (end > begin + 1 && tail(end - 1)) --end;
    add(SpanKind::url, {begin, end}, true);
  }

  /// 742 Evergreen Terrace, Springfield, IL 62704
  std::uint32_t street(std::uint32_t i) {
    constexpr std::array<std::string_view, 26> kStreets = {
        "street", "st",      "avenue", "ave",     "road",    "rd",       "lane",  "ln",      "boulevard",
        "blvd",   "drive",   "dr",     "way",     "terrace", "court",    "ct",    "place",   "square",
        "plaza",  "parkway", "pkwy",   "highway", "row",     "crescent", "close", "broadway"};
    if (doc_.at(i).kind != TokenKind::number || doc_.word(i).size() > 5) return i;
    std::uint32_t k = i + 1;
    while (k < doc_.size() && k < i + 6 && doc_.at(k).line == doc_.at(i).line && !covered_[k]) {
      const std::string word = doc_.lower_word(k);
      const bool numbered = doc_.at(k).kind == TokenKind::number || word == "th" || word == "nd" ||
                            word == "st" || word == "rd";
      const bool is_street =
          std::find(kStreets.begin(), kStreets.end(), word) != kStreets.end() && doc_.at(k).capital;
      if (is_street && k > i + 1) break;
      if (!doc_.at(k).capital && !(numbered && k <= i + 2) && !doc_.mark(k, '.')) return i;
      ++k;
    }
    if (k >= doc_.size() || k >= i + 6 || doc_.at(k).line != doc_.at(i).line) return i;
    std::uint32_t end = k + 1;
    if (doc_.mark(end, '.') && (end + 1 >= doc_.size() || doc_.mark(end + 1, ','))) ++end;
    // what follows in capitals or digits after commas is the rest of the address
    for (int part = 0; part < 5; ++part) {
      std::uint32_t next = end;
      if (doc_.mark(next, ',')) ++next;
      std::uint32_t word = next;
      while (word < doc_.size() && word < next + 4 && doc_.at(word).line == doc_.at(i).line &&
             (doc_.at(word).capital || (doc_.at(word).kind == TokenKind::number && doc_.at(word).spaced) ||
              doc_.mark(word, '#'))) {
        ++word;
      }
      if (word == next || (next == end && doc_.at(next).kind != TokenKind::number)) break;
      end = word;
    }
    add(SpanKind::address, {i, end}, true);
    return end;
  }

  /// Seven to fifteen digits in groups; a leading + or a bracketed area code, or at least three groups.
  std::uint32_t phone(std::uint32_t i) {
    const std::string lead =
        i > 0 ? doc_.lower_word(doc_.mark(i - 1, ':') && i > 1 ? i - 2 : i - 1) : std::string();
    if (lead == "isbn" || lead == "iban" || lead == "issn" || lead == "account" || lead == "card") return i;
    const bool plus = doc_.mark(i, '+') && i + 1 < doc_.size() && !doc_.at(i + 1).spaced;
    const bool bracket = doc_.mark(i, '(') && i + 2 < doc_.size() && doc_.mark(i + 2, ')');
    if (!plus && !bracket && doc_.at(i).kind != TokenKind::number) return i;
    if (i > 0 && !doc_.at(i).spaced &&
        (doc_.mark(i - 1, '.') || doc_.mark(i - 1, '-') || doc_.mark(i - 1, '/')))
      return i;
    std::size_t digits = 0;
    int groups = 0;
    std::uint32_t end = i;
    bool dashed = false;
    for (std::uint32_t k = i; k < doc_.size() && k < i + 16 && doc_.at(k).line == doc_.at(i).line; ++k) {
      if (doc_.at(k).kind == TokenKind::number) {
        const auto word = doc_.word(k);
        const auto marks = std::count_if(word.begin(), word.end(), [](char c) { return !is_digit(c); });
        const bool dotted = marks == 1 && word.size() == 7 && word[3] == '.';
        if ((marks > 0 && !dotted) || word.size() > 12) break;
        digits += word.size() - static_cast<std::size_t>(marks);
        groups += 1 + static_cast<int>(marks);
        end = k + 1;
        if (k + 1 < doc_.size() && doc_.at(k + 1).kind == TokenKind::word && !doc_.at(k + 1).spaced) return i;
        continue;
      }
      const bool joint = doc_.mark(k, '-') || doc_.mark(k, '.') || doc_.mark(k, '(') || doc_.mark(k, ')') ||
                         (k == i && plus);
      if (!joint) break;
      if (doc_.mark(k, '.') && k + 1 < doc_.size() && doc_.at(k + 1).spaced) break;
      dashed = dashed || doc_.mark(k, '-');
    }
    const bool money = end < doc_.size() && (doc_.mark(end, '%') || doc_.mark(end, '$'));
    const bool date = !plus && !bracket && doc_.at(i).kind == TokenKind::number && doc_.word(i).size() == 4 &&
                      dashed && digits == 8;
    if (digits < 7 || digits > 15 || money || date ||
        (!plus && !bracket && (groups < 2 || (groups == 2 && !dashed))))
      return i;
    if (i > 0 && !currency_of(doc_.lower_word(i - 1)).empty()) return i;
    add(SpanKind::phone, {i, end}, true);
    return end;
  }

  /// INV-2024-001, AB123, SKU_9, #12345, 1.2.3, v2.1: letters and digits, or digits in groups, in one run.
  std::uint32_t identifier(std::uint32_t i) {
    const bool starts = doc_.at(i).spaced || i == 0 || doc_.mark(i - 1, '(') || doc_.mark(i - 1, '"') ||
                        doc_.mark(i - 1, '[') || doc_.mark(i - 1, ':') || doc_.mark(i - 1, '#') ||
                        doc_.mark(i - 1, '|');
    if (!starts || doc_.at(i).kind == TokenKind::mark) return i;
    std::uint32_t end = i + 1;
    const auto joint = [&](std::uint32_t k) {
      return doc_.mark(k, '-') || doc_.mark(k, '_') || doc_.mark(k, '/') || doc_.mark(k, '.');
    };
    while (end < doc_.size() && !doc_.at(end).spaced && (doc_.at(end).kind != TokenKind::mark || joint(end)))
      ++end;
    while (end > i + 1 && joint(end - 1)) --end;
    const auto text = doc_.text_of({i, end});
    const auto digits = std::count_if(text.begin(), text.end(), is_digit);
    const auto letters = std::count_if(text.begin(), text.end(),
                                       [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
    const auto small = std::count_if(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    const bool hash = i > 0 && doc_.mark(i - 1, '#') && !doc_.at(i).spaced;
    const auto marks = static_cast<std::ptrdiff_t>(text.size()) - digits - letters;
    if (hash && digits > 0) {
      add(SpanKind::identifier, {i, end}, true);
      return end;
    }
    if (digits == 0 || text.size() < 2) return i;
    const std::string first = doc_.lower_word(i);
    const bool fiscal = first.starts_with("fy") || (first.size() == 2 && first[0] == 'q');
    const bool quantity = doc_.at(i).kind == TokenKind::number && small > 0;            // 5km, 2nd, 30-day
    const bool word_then_number = letters > 0 && small > 2 && marks > 0 && digits < 3;  // mid-80
    if (letters > 0 && !fiscal && !quantity && !word_then_number &&
        (small == 0 || (small <= 2 && digits >= 2) || marks > 0)) {
      const bool scaled = doc_.at(i).kind == TokenKind::number && letters <= 2 && marks == 0;  // 4B, 10K
      const bool amount =
          doc_.at(i).kind == TokenKind::number && i > 0 && !currency_of(doc_.lower_word(i - 1)).empty();
      const bool currency = !currency_of(first).empty();
      const bool seconds = digits > 0 && text.size() == 3 && text[0] == 'T';
      if (!scaled && !amount && !currency && !seconds) {
        add(SpanKind::identifier, {i, end}, true);
        return end;
      }
    }
    const auto dots = std::count(text.begin(), text.end(), '.');
    const bool version = letters == 0 && dots >= 2 && marks == dots && digits <= 9 && end - i > 3 &&
                         doc_.word(i).size() <= 2 && doc_.word(end - 1).size() < 4;
    const bool grouped =
        letters == 0 && marks >= 2 && marks == std::count(text.begin(), text.end(), '-') && digits >= 6;
    if (version || grouped || (small == 1 && dots >= 1 && text[0] == 'v')) {
      add(SpanKind::identifier, {i, end}, true);
      return end;
    }
    return i;
  }

  std::uint32_t hashtag(std::uint32_t i) {
    if (!doc_.mark(i, '#') || i + 1 >= doc_.size() || doc_.at(i + 1).spaced ||
        doc_.at(i + 1).kind != TokenKind::word)
      return i;
    add(SpanKind::hashtag, {i + 1, i + 2}, false);
    return i + 2;
  }

  void quotations() {
    std::uint32_t open = doc_.size();
    for (std::uint32_t i = 0; i < doc_.size(); ++i) {
      const auto word = doc_.word(i);
      if (word == "\xE2\x80\x9C" || word == "\xC2\xAB") {
        open = i;
      } else if (word == "\xE2\x80\x9D" || word == "\xC2\xBB" || word == "\"") {
        const bool closes = open < i && doc_.at(open).line == doc_.at(i).line && i - open < 60;
        if (closes && i > open + 1) add(SpanKind::quoted, {open + 1, i}, false);
        open = !closes && word == "\"" ? i : doc_.size();
      }
    }
  }

  const Document& doc_;
  std::vector<bool>& covered_;
  std::vector<Span>& out_;
};

}  // namespace

void scan_spans(const Document& document, std::vector<bool>& covered, std::vector<Span>& out) {
  SpanScanner(document, covered, out).run();
}

Candidates find_candidates(const Document& document) {
  Candidates out;
  std::vector<bool> covered(document.size(), false);
  scan_moments(document, covered, out.moments);
  scan_spans(document, covered, out.spans);
  scan_numbers(document, covered, out.numbers);
  scan_names(document, covered, out.spans);
  std::stable_sort(out.spans.begin(), out.spans.end(),
                   [](const Span& a, const Span& b) { return a.range.begin < b.range.begin; });
  return out;
}

}  // namespace cogos::engine::builtin
