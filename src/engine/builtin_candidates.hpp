#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "engine/builtin_text.hpp"

namespace cogos::engine::builtin {

/// A decimal as it was written: digits x 10^exponent. Keeps `4.2 billion` exact.
struct Decimal {
  std::int64_t digits = 0;
  int exponent = 0;

  [[nodiscard]] double to_double() const;
  [[nodiscard]] bool is_integer() const noexcept;
  /// An integer where it is one below 2^53, else the nearest double; null if it is no finite number.
  [[nodiscard]] Json to_json() const;
};

/// A kind of quantity within which units convert exactly.
enum class Dimension : std::uint8_t {
  none,
  time,
  months,
  length,
  mass,
  volume,
  data,
  celsius,
  fahrenheit,
  kelvin,
  percent,
  miles,
  feet,
  inches,
  pounds,
  ounces,
  kmh,
  mph,
  energy,
  calories,
  voltage,
  power,
  charge,
  area,
  square_feet,
  points,
  frequency
};

struct Unit {
  Dimension dimension = Dimension::none;
  std::int64_t factor = 1;  ///< In the dimension's smallest unit.
};

/// The unit that a lower-case word names, alone or after a number; nullopt for other words.
[[nodiscard]] std::optional<Unit> unit_of(std::string_view lower_word);

/// ISO 4217 code that a currency symbol, code or English name stands for (`$`, `eur`, `dollars`); else empty.
[[nodiscard]] std::string_view currency_of(std::string_view lower_word);

/// Powers of ten of scale words: million, bn, k, …; 0 for others.
[[nodiscard]] int scale_of(std::string_view lower_word);

struct Number {
  Range range;  ///< With sign, currency, scale and unit.
  Range core;   ///< The digits or number words alone.
  Decimal value;
  std::string_view currency;  ///< ISO 4217, or empty.
  Unit unit;
  bool year = false;     ///< Looks like a calendar year (1500 to 2199, or FY24).
  bool ordinal = false;  ///< 2nd, 15th.
  bool inside = false;   ///< Part of a date, a phone number, an identifier, an address or a list mark.
  bool word = false;     ///< Written in letters.
  bool fiscal = false;   ///< FY2024, fiscal 2023.
};

struct Moment {
  Range range;
  Range clock;   ///< The time's part of range; empty without one.
  int year = 0;  ///< 0: not said.
  int month = 0;
  int day = 0;
  bool has_date = false;
  bool has_time = false;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::string zone;  ///< `Z`, `+02:00`, or empty.

  [[nodiscard]] std::string iso_date() const;  ///< Empty unless year, month and day are known.
  [[nodiscard]] std::string iso_time() const;  ///< `hh:mm:ss`.
};

enum class SpanKind : std::uint8_t { email, url, phone, identifier, hashtag, quoted, name, role, address };

struct Span {
  SpanKind kind;
  Range range;
  std::int8_t person = 0;  ///< Names: how much speaks for a person, an organisation, a place.
  std::int8_t organisation = 0;
  std::int8_t place = 0;
};

/// Everything in a document that may become a value, each list in text order. O(n).
struct Candidates {
  std::vector<Number> numbers;
  std::vector<Moment> moments;
  std::vector<Span> spans;
};

[[nodiscard]] Candidates find_candidates(const Document& document);

// The scanners behind it. `covered` marks tokens that an earlier scanner has taken.
void scan_spans(const Document& document, std::vector<bool>& covered, std::vector<Span>& out);
void scan_moments(const Document& document, std::vector<bool>& covered, std::vector<Moment>& out);
void scan_numbers(const Document& document, const std::vector<bool>& covered, std::vector<Number>& out);
void scan_names(const Document& document, const std::vector<bool>& covered, std::vector<Span>& out);

/// 1 to 12 for an English month or its abbreviation, else 0.
[[nodiscard]] int month_of(std::string_view lower_word);

/// Digits of a plain number token; nullopt beyond 18 digits.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);

}  // namespace cogos::engine::builtin
