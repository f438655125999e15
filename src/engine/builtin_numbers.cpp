#include <algorithm>
#include <array>

#include "engine/builtin_candidates.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::array<std::string_view, 21> kSmall = {
    "zero",     "one",     "two",     "three",     "four",     "five",     "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"};
constexpr std::array<std::string_view, 8> kTens = {"twenty", "thirty",  "forty",  "fifty",
                                                   "sixty",  "seventy", "eighty", "ninety"};

std::optional<int> small_word(std::string_view word) {
  const auto it = std::find(kSmall.begin(), kSmall.end(), word);
  if (it != kSmall.end()) return static_cast<int>(it - kSmall.begin());
  const auto ten = std::find(kTens.begin(), kTens.end(), word);
  if (ten != kTens.end()) return 20 + 10 * static_cast<int>(ten - kTens.begin());
  if (word == "dozen") return 12;
  return std::nullopt;
}

class NumberScanner {
 public:
  NumberScanner(const Document& document, const std::vector<bool>& covered)
      : doc_(document), covered_(covered) {}

  /// Reads the number whose digits or first word stand at `i`; nullopt if there is none.
  std::optional<Number> read(std::uint32_t i) {
    Number out;
    out.core = {i, i + 1};
    const Token& token = doc_.at(i);
    if (token.kind == TokenKind::number) {
      const auto value = parse_decimal(doc_.word(i));
      if (!value) return std::nullopt;
      out.value = *value;
      out.range = out.core;
      fraction(out);
      year(out);
    } else if (!read_word(out)) {
      return std::nullopt;
    }
    out.inside = covered_[i];
    if (out.inside) return out;
    prefix(out);
    suffix(out);
    compound(out);
    return out;
  }

 private:
  bool read_word(Number& out) {
    const std::uint32_t i = out.core.begin;
    const std::string word = doc_.lower_word(i);
    if (word.size() == 4 + 2 && word.starts_with("fy") && all_digits(word, 2))
      return fiscal(out, word.substr(2));
    if (word.size() == 2 + 2 && word.starts_with("fy") && all_digits(word, 2))
      return fiscal(out, "20" + word.substr(2));
    auto value = small_word(word);
    if (!value) return false;
    out.word = true;
    // twenty-five, twenty five
    std::uint32_t next = i + 1;
    if (doc_.mark(next, '-') && !doc_.at(next).spaced) ++next;
    if (*value >= 20 && *value % 10 == 0 && next < doc_.size()) {
      const auto rest = small_word(doc_.lower_word(next));
      if (rest && *rest > 0 && *rest < 10) {
        value = *value + *rest;
        out.core.end = next + 1;
      }
    }
    if (*value == 1 && (doc_.lower_word(i + 1) == "of" || is_stop_word(doc_.lower_word(i + 1)))) return false;
    out.value = {*value, 0};
    out.range = out.core;
    return true;
  }

  static bool all_digits(std::string_view text, std::size_t from) {
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
  }

  static bool fiscal(Number& out, std::string_view digits) {
    out.value = *parse_decimal(digits);
    out.range = out.core;
    out.year = out.fiscal = true;
    return true;
  }

  /// 1/2, 1/4, 3/4 of something; 8/10 stays 8, the ten being what it is out of.
  void fraction(Number& out) const {
    const std::uint32_t i = out.core.begin;
    if (!doc_.mark(i + 1, '/') || i + 2 >= doc_.size() || doc_.at(i + 2).kind != TokenKind::number) return;
    const auto bottom = parse_decimal(doc_.word(i + 2));
    if (!bottom || bottom->exponent != 0 || out.value.exponent != 0 || out.value.digits >= bottom->digits)
      return;
    if (bottom->digits == 2)
      out.value = {5, -1};
    else if (bottom->digits == 4)
      out.value = {25 * out.value.digits, -2};
    else
      return;
    out.core.end = out.range.end = i + 3;
  }

  void year(Number& out) const {
    const auto text = doc_.word(out.core.begin);
    const bool shape =
        text.size() == 4 && all_digits(text, 0) && out.value.digits >= 1500 && out.value.digits < 2200;
    const std::string before = out.core.begin > 0 ? doc_.lower_word(out.core.begin - 1) : std::string();
    out.fiscal =
        shape &&
        (before == "fiscal" || before == "fy" ||
         (before == "year" && out.core.begin > 1 && doc_.lower_word(out.core.begin - 2) == "fiscal"));
    if (before == "fy" && text.size() == 2) {
      out.value.digits += 2000;
      out.fiscal = true;
    }
    out.year = shape || out.fiscal;
  }

  void prefix(Number& out) const {
    std::uint32_t i = out.core.begin;
    if (i == 0) return;
    const bool touching = !doc_.at(i).spaced;
    const auto before = [&](std::uint32_t at) { return at > 0 ? doc_.lower_word(at - 1) : std::string(); };
    std::string_view code = currency_of(before(i));
    if (!code.empty() && (touching || doc_.at(i - 1).kind == TokenKind::mark || doc_.at(i - 1).capital)) {
      out.currency = code;
      out.range.begin = --i;
      // US$ 5, US $5
      if (i > 0 && doc_.mark(i, '$') && (before(i) == "us" || before(i) == "c" || before(i) == "a") &&
          !doc_.at(i).spaced) {
        out.currency = before(i) == "us" ? "USD" : before(i) == "c" ? "CAD" : "AUD";
        out.range.begin = --i;
      }
      out.year = false;
    }
    if (i == 0) return;
    const std::string sign = before(i);
    const bool dash = (sign == "-" || sign == "\xE2\x88\x92") && !doc_.at(i).spaced && doc_.at(i - 1).spaced;
    const bool list_mark = dash && i - 1 == doc_.lines()[doc_.at(i).line].begin && doc_.at(i).spaced;
    if ((dash && !list_mark) || sign == "minus") {
      out.value.digits = -out.value.digits;
      out.range.begin = i - 1;
      out.year = false;
    }
  }

  void suffix(Number& out) const {
    std::uint32_t i = out.core.end;
    const auto word = [&] { return doc_.lower_word(i); };
    const auto touching = [&] { return i < doc_.size() && !doc_.at(i).spaced; };
    const bool same_line = i < doc_.size() && doc_.at(i).line == doc_.at(out.core.begin).line;
    if (!same_line) return;
    if (touching() && (word() == "st" || word() == "nd" || word() == "rd" || word() == "th")) {
      out.ordinal = true;
      out.range.end = i + 1;
      return;
    }
    if (doc_.mark(i, '-') && touching() && i + 1 < doc_.size() && !doc_.at(i + 1).spaced &&
        unit_of(doc_.lower_word(i + 1)))
      ++i;
    const int scale = scale_of(word());
    const bool letter_scale = word().size() <= 2;
    const bool metres = word() == "m" && out.currency.empty();
    const bool millimetres = word() == "mm" && out.currency.empty();
    if (scale > 0 && !millimetres &&
        (!letter_scale || (touching() && (!metres || doc_.word(i) == "M")) || !out.currency.empty())) {
      out.value.exponent += scale;
      out.range.end = ++i;
      out.year = false;
    }
    if (i >= doc_.size() || doc_.at(i).line != doc_.at(out.core.begin).line) return;
    if (out.currency.empty()) {
      if (const auto code = currency_of(word()); !code.empty()) {
        out.currency = code;
        out.range.end = i + 1;
        out.year = false;
        return;
      }
    }
    if (doc_.word(i) == "\xC2\xB0" || word() == "degrees" || word() == "degree") {
      ++i;
      out.unit = {Dimension::celsius, 1};
      if (i < doc_.size() && (word() == "f" || word() == "fahrenheit")) out.unit = {Dimension::fahrenheit, 1};
      out.range.end =
          i < doc_.size() && (word() == "f" || word() == "c" || word() == "fahrenheit" || word() == "celsius")
              ? i + 1
              : i;
      out.year = false;
      return;
    }
    if (word() == "square" || word() == "sq") {
      std::uint32_t k = i + 1;
      if (doc_.mark(k, '.')) ++k;
      const std::string what = doc_.lower_word(k);
      if (what == "ft" || what == "feet" || what == "foot") out.unit = {Dimension::square_feet, 1};
      if (what == "m" || what == "meters" || what == "metres") out.unit = {Dimension::area, 1};
      if (out.unit.dimension != Dimension::none) out.range.end = k + 1;
      return;
    }
    const auto unit = unit_of(word());
    const bool lone_letter = word().size() == 1 && !doc_.mark(i, '%');
    if (!unit || (lone_letter && !touching() && doc_.at(i).capital && unit->dimension != Dimension::celsius &&
                  unit->dimension != Dimension::fahrenheit)) {
      return;
    }
    out.unit = *unit;
    out.range.end = ++i;
    out.year = false;
    if (doc_.mark(i, '/') && (doc_.lower_word(i + 1) == "h" || doc_.lower_word(i + 1) == "hr") &&
        unit->dimension == Dimension::length) {
      out.unit = {Dimension::kmh, 1};
      out.range.end = i + 2;
    } else if (doc_.word(std::min(i, doc_.size() - 1)) == "\xC2\xB2" &&
               unit->dimension == Dimension::length && i < doc_.size()) {
      out.unit = {Dimension::area, 1};
      out.range.end = i + 1;
    }
  }

  /// `1 hour 30 minutes`, `2h 15m`: one quantity in the smaller unit.
  void compound(Number& out) const {
    if (out.unit.dimension != Dimension::time || out.value.exponent < 0) return;
    std::uint32_t i = out.range.end;
    if (doc_.lower_word(i) == "and") ++i;
    if (i + 1 >= doc_.size() || doc_.at(i).kind != TokenKind::number) return;
    auto unit = unit_of(doc_.lower_word(i + 1));
    if (doc_.lower_word(i + 1) == "m") unit = Unit{Dimension::time, 60'000};
    const auto value = parse_decimal(doc_.word(i));
    if (!unit || !value || unit->dimension != Dimension::time || unit->factor >= out.unit.factor ||
        value->exponent != 0)
      return;
    const std::int64_t ratio = out.unit.factor / unit->factor;
    if (out.value.digits > 1'000'000 || out.value.exponent > 3) return;
    std::int64_t whole = out.value.digits;
    for (int k = 0; k < out.value.exponent; ++k) whole *= 10;
    out.value = {whole * ratio + value->digits, 0};
    out.unit = *unit;
    out.range.end = i + 2;
  }

  const Document& doc_;
  const std::vector<bool>& covered_;
};

}  // namespace

void scan_numbers(const Document& document, const std::vector<bool>& covered, std::vector<Number>& out) {
  NumberScanner scanner(document, covered);
  Range content;
  for (std::uint32_t i = 0; i < document.size(); ++i) {
    if (document.at(i).kind == TokenKind::mark) continue;
    auto number = scanner.read(i);
    if (!number) continue;
    const std::uint32_t line = document.at(i).line;
    if (i == document.lines()[line].begin && document.bullet(line, content)) number->inside = true;
    if (i > 1 && document.mark(i - 1, '/') && document.at(i - 2).kind == TokenKind::number && !out.empty() &&
        out.back().core.end >= i - 1) {
      number->inside = true;  // what a rating is out of
    }
    out.push_back(*number);
    i = std::max(i, number->inside ? i : number->range.end - 1);
  }
}

}  // namespace cogos::engine::builtin
