// Dates and times, in ISO and the usual English forms.
#include <array>
#include <cstdio>

#include "engine/builtin_candidates.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};

bool valid_day(int year, int month, int day) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap = year == 0 || (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

class MomentScanner {
 public:
  explicit MomentScanner(const Document& document) : doc_(document) {}

  std::optional<Moment> read(std::uint32_t i) const {
    Moment out;
    out.range = {i, i};
    if (date(i, out)) {
      std::uint32_t k = out.range.end;
      while (k < doc_.size() && k < out.range.end + 3 &&
             (doc_.mark(k, ',') || doc_.lower_word(k) == "at" || doc_.mark(k, '(')))
        ++k;
      Moment clock;
      if (k < doc_.size() && doc_.at(k).line == doc_.at(i).line && time(k, clock)) {
        copy_time(clock, out);
        out.range.end = clock.range.end;
      }
      return out;
    }
    if (!time(i, out)) return std::nullopt;
    out.clock = out.range;
    return out;
  }

 private:
  static void copy_time(const Moment& from, Moment& to) {
    to.has_time = true;
    to.clock = from.range;
    to.hour = from.hour;
    to.minute = from.minute;
    to.second = from.second;
    to.zone = from.zone;
  }

  /// A plain integer token of `low` to `high` digits, else -1.
  int integer(std::uint32_t i, std::size_t low, std::size_t high) const {
    if (i >= doc_.size() || doc_.at(i).kind != TokenKind::number) return -1;
    const auto text = doc_.word(i);
    if (text.size() < low || text.size() > high) return -1;
    int out = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return -1;
      out = out * 10 + (c - '0');
    }
    return out;
  }

  bool joined(std::uint32_t i) const { return i < doc_.size() && !doc_.at(i).spaced; }

  static bool accept(int year, int month, int day, Range range, Moment& out) {
    if (!valid_day(year, month, day) || (year != 0 && (year < 1000 || year > 2999))) return false;
    out.year = year;
    out.month = month;
    out.day = day;
    out.has_date = true;
    out.range = range;
    return true;
  }

  bool date(std::uint32_t i, Moment& out) const { return numeric(i, out) || english(i, out); }

  bool numeric(std::uint32_t i, Moment& out) const {
    if (doc_.at(i).kind != TokenKind::number || !joined(i + 1) || !joined(i + 2)) return false;
    const int a = integer(i, 1, 4);
    int b = integer(i + 2, 1, 2);
    int c = integer(i + 4, 1, 4);
    std::uint32_t end = i + 5;
    const bool same = doc_.word(i + 1) == (i + 3 < doc_.size() ? doc_.word(i + 3) : std::string_view());
    const bool separator = doc_.mark(i + 1, '-') || doc_.mark(i + 1, '/') || doc_.mark(i + 1, '.');
    if (!separator || !same || !joined(i + 3) || !joined(i + 4)) return false;
    if (c < 0) {
      // 2024-03-05T10:00: the T and the hour are one word to the tokenizer only if glued to the day.
      return false;
    }
    if (a < 0 || b < 0) return false;
    const bool dotted = doc_.mark(i + 1, '.');
    const std::size_t first = doc_.word(i).size();
    const std::size_t last = doc_.word(i + 4).size();
    if (first == 4 && last <= 2) {
      if (!accept(a, b, c, {i, end}, out)) return false;
      glued_time(end, out);
      return true;
    }
    if (last == 2 && first <= 2 && !doc_.mark(i + 1, '-')) c += c < 70 ? 2000 : 1900;
    if (c < 1000 || first > 2) return false;
    // 05.03.2024 is the fifth of March; 03/05/2024 too unless only one reading is a date: month first is
    // the convention with slashes.
    if (dotted || a > 12) return accept(c, b, a, {i, end}, out);
    return accept(c, a, b, {i, end}, out) || accept(c, b, a, {i, end}, out);
  }

  /// The part of 2024-03-05T10:00:00Z after the day, which is a word that starts with T.
  void glued_time(std::uint32_t i, Moment& out) const {
    if (!joined(i) || i >= doc_.size()) return;
    const auto word = doc_.word(i);
    if (word.size() != 3 || (word[0] != 'T' && word[0] != 't')) return;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!digit(word[1]) || !digit(word[2]) || !doc_.mark(i + 1, ':')) return;
    Moment clock;
    if (clock_from((word[1] - '0') * 10 + (word[2] - '0'), i, clock)) {
      copy_time(clock, out);
      out.range.end = clock.range.end;
    }
  }

  bool english(std::uint32_t i, Moment& out) const {
    const auto ordinal_end = [&](std::uint32_t at) {
      const std::string w = doc_.lower_word(at);
      return joined(at) && (w == "st" || w == "nd" || w == "rd" || w == "th") ? at + 1 : at;
    };
    const auto year_at = [&](std::uint32_t at, std::uint32_t& end) {
      std::uint32_t k = at;
      if (doc_.mark(k, ',') || doc_.lower_word(k) == "of") ++k;
      const int year = integer(k, 4, 4);
      if (year >= 1000 && year < 3000 && doc_.at(k).line == doc_.at(i).line) {
        end = k + 1;
        return year;
      }
      return 0;
    };
    if (const int month = doc_.at(i).kind == TokenKind::word ? month_of(doc_.lower_word(i)) : 0; month > 0) {
      std::uint32_t k = i + 1;
      if (doc_.mark(k, '.')) ++k;
      if (doc_.lower_word(k) == "the") ++k;
      const int day = integer(k, 1, 2);
      if (day < 1 || !doc_.at(i).capital) return false;
      std::uint32_t end = ordinal_end(k + 1);
      const int year = year_at(end, end);
      return accept(year, month, day, {i, end}, out);
    }
    const int day = integer(i, 1, 2);
    if (day < 1) return false;
    std::uint32_t k = ordinal_end(i + 1);
    if (doc_.lower_word(k) == "of") ++k;
    if (doc_.mark(k, '-') && joined(k)) ++k;
    const int month = k < doc_.size() ? month_of(doc_.lower_word(k)) : 0;
    if (month == 0 || !doc_.at(k).capital) return false;
    std::uint32_t end = k + 1;
    if (doc_.mark(end, '.') && doc_.lower_word(k).size() == 3 && integer(end + 1, 4, 4) > 0) ++end;
    if (doc_.mark(end, '-') && joined(end)) ++end;
    const std::uint32_t before = end;
    const int year = year_at(end, end);
    return accept(year, month, day, {i, year == 0 && before > k + 1 ? k + 1 : end}, out);
  }

  bool time(std::uint32_t i, Moment& out) const {
    const std::string word = doc_.lower_word(i);
    if (word == "noon" || word == "midnight") {
      out.has_time = true;
      out.hour = word == "noon" ? 12 : 0;
      out.range = {i, i + 1};
      return true;
    }
    const int hour = integer(i, 1, 2);
    return hour >= 0 && clock_from(hour, i, out);
  }

  bool clock_from(int hour, std::uint32_t i, Moment& out) const {
    std::uint32_t end = i + 1;
    int minute = -1;
    int second = 0;
    if (doc_.mark(end, ':') && joined(end) && joined(end + 1)) {
      minute = integer(end + 1, 2, 2);
      if (minute < 0) return false;
      end += 2;
      if (doc_.mark(end, ':') && joined(end) && joined(end + 1)) {
        const auto text = end + 1 < doc_.size() ? doc_.word(end + 1) : std::string_view();
        if (text.size() >= 2 && doc_.at(end + 1).kind == TokenKind::number) {
          second = (text[0] - '0') * 10 + (text[1] - '0');
          end += 2;
        }
      }
    }
    const int half = half_day(end);
    if (minute < 0 && half == 0) return false;
    if (half != 0) {
      if (hour < 1 || hour > 12) return false;
      hour = hour % 12 + (half == 2 ? 12 : 0);
    }
    if (hour > 23 || minute > 59 || second > 60) return false;
    out.has_time = true;
    out.hour = hour;
    out.minute = minute < 0 ? 0 : minute;
    out.second = second;
    out.range = {i, end};
    zone(out);
    return true;
  }

  /// 1 for am, 2 for pm, 0 for neither; moves `end` past it.
  int half_day(std::uint32_t& end) const {
    if (end >= doc_.size()) return 0;
    const std::string word = doc_.lower_word(end);
    if (word == "am" || word == "pm") {
      ++end;
      return word == "am" ? 1 : 2;
    }
    const bool dotted = (word == "a" || word == "p") && doc_.mark(end + 1, '.') &&
                        doc_.lower_word(end + 2) == "m" && !doc_.at(end + 1).spaced &&
                        !doc_.at(end + 2).spaced;
    if (!dotted) return 0;
    end += 3;
    if (doc_.mark(end, '.') && joined(end)) ++end;
    return word == "a" ? 1 : 2;
  }

  void zone(Moment& out) const {
    const std::uint32_t i = out.range.end;
    const std::string word = doc_.lower_word(i);
    if (word == "z" || word == "utc" || word == "gmt") {
      out.zone = "Z";
      out.range.end = i + 1;
      return;
    }
    const bool signed_zone = (doc_.mark(i, '+') || doc_.mark(i, '-')) && joined(i) && joined(i + 1);
    if (!signed_zone || integer(i + 1, 2, 2) < 0 || !doc_.mark(i + 2, ':') || integer(i + 3, 2, 2) < 0)
      return;
    out.zone = std::string(doc_.text_of({i, i + 4}));
    out.range.end = i + 4;
  }

  const Document& doc_;
};

std::string padded(int value, int width) {
  std::string out = std::to_string(value);
  while (static_cast<int>(out.size()) < width) out.insert(out.begin(), '0');
  return out;
}

}  // namespace

int month_of(std::string_view lower_word) {
  if (lower_word.size() < 3) return 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    const bool abbreviated = lower_word.size() == 3 && kMonths[i].starts_with(lower_word);
    if (abbreviated || lower_word == kMonths[i] || (i == 8 && lower_word == "sept"))
      return static_cast<int>(i) + 1;
  }
  return 0;
}

std::string Moment::iso_date() const {
  if (!has_date || year == 0) return {};
  return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

std::string Moment::iso_time() const {
  return padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(second, 2);
}

void scan_moments(const Document& document, std::vector<bool>& covered, std::vector<Moment>& out) {
  const MomentScanner scanner(document);
  for (std::uint32_t i = 0; i < document.size(); ++i) {
    if (covered[i] || document.at(i).kind == TokenKind::mark) continue;
    auto moment = scanner.read(i);
    if (!moment) continue;
    for (std::uint32_t k = moment->range.begin; k < moment->range.end; ++k) covered[k] = true;
    i = moment->range.end - 1;
    out.push_back(std::move(*moment));
  }
}

}  // namespace cogos::engine::builtin
