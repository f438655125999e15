#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "engine/builtin_candidates.hpp"

namespace cogos::engine::builtin {
namespace {

struct NamedUnit {
  std::string_view names;  // between bars, for one comparison each
  Dimension dimension;
  std::int64_t factor;
};

constexpr std::array kUnits = {
    NamedUnit{"|ms|millisecond|milliseconds|", Dimension::time, 1},
    NamedUnit{"|s|sec|secs|second|seconds|", Dimension::time, 1000},
    NamedUnit{"|min|mins|minute|minutes|", Dimension::time, 60'000},
    NamedUnit{"|h|hr|hrs|hour|hours|", Dimension::time, 3'600'000},
    NamedUnit{"|day|days|", Dimension::time, 86'400'000},
    NamedUnit{"|week|weeks|wk|wks|", Dimension::time, 604'800'000},
    NamedUnit{"|month|months|mo|", Dimension::months, 1},
    NamedUnit{"|year|years|yr|yrs|", Dimension::months, 12},
    NamedUnit{"|mm|millimeter|millimeters|millimetre|millimetres|", Dimension::length, 1},
    NamedUnit{"|cm|centimeter|centimeters|centimetre|centimetres|", Dimension::length, 10},
    NamedUnit{"|m|meter|meters|metre|metres|", Dimension::length, 1000},
    NamedUnit{"|km|kms|kilometer|kilometers|kilometre|kilometres|", Dimension::length, 1'000'000},
    NamedUnit{"|mg|milligram|milligrams|", Dimension::mass, 1},
    NamedUnit{"|g|gram|grams|", Dimension::mass, 1000},
    NamedUnit{"|kg|kgs|kilo|kilos|kilogram|kilograms|", Dimension::mass, 1'000'000},
    NamedUnit{"|tonne|tonnes|", Dimension::mass, 1'000'000'000},
    NamedUnit{"|ml|milliliter|milliliters|millilitre|millilitres|", Dimension::volume, 1},
    NamedUnit{"|l|liter|liters|litre|litres|", Dimension::volume, 1000},
    NamedUnit{"|kb|kilobytes|", Dimension::data, 1},
    NamedUnit{"|mb|megabytes|", Dimension::data, 1000},
    NamedUnit{"|gb|gigabytes|", Dimension::data, 1'000'000},
    NamedUnit{"|tb|terabytes|", Dimension::data, 1'000'000'000},
    NamedUnit{"|c|celsius|centigrade|", Dimension::celsius, 1},
    NamedUnit{"|f|fahrenheit|", Dimension::fahrenheit, 1},
    NamedUnit{"|kelvin|", Dimension::kelvin, 1},
    NamedUnit{"|%|percent|pct|percentage|", Dimension::percent, 1},
    NamedUnit{"|mile|miles|mi|", Dimension::miles, 1},
    NamedUnit{"|ft|foot|feet|", Dimension::feet, 1},
    NamedUnit{"|inch|inches|", Dimension::inches, 1},
    NamedUnit{"|lb|lbs|pound|pounds|", Dimension::pounds, 1},
    NamedUnit{"|oz|ounce|ounces|", Dimension::ounces, 1},
    NamedUnit{"|kph|kmh|", Dimension::kmh, 1},
    NamedUnit{"|mph|", Dimension::mph, 1},
    NamedUnit{"|wh|", Dimension::energy, 1},
    NamedUnit{"|kwh|", Dimension::energy, 1000},
    NamedUnit{"|kcal|cal|calorie|calories|", Dimension::calories, 1},
    NamedUnit{"|v|volt|volts|", Dimension::voltage, 1},
    NamedUnit{"|w|watt|watts|", Dimension::power, 1},
    NamedUnit{"|kw|kilowatt|kilowatts|", Dimension::power, 1000},
    NamedUnit{"|mw|megawatt|megawatts|", Dimension::power, 1'000'000},
    NamedUnit{"|mah|", Dimension::charge, 1},
    NamedUnit{"|sqm|", Dimension::area, 1},
    NamedUnit{"|sqft|", Dimension::square_feet, 1},
    NamedUnit{"|hz|hertz|", Dimension::frequency, 1},
    NamedUnit{"|khz|", Dimension::frequency, 1000},
    NamedUnit{"|mhz|", Dimension::frequency, 1'000'000},
    NamedUnit{"|ghz|", Dimension::frequency, 1'000'000'000},
};

struct NamedCurrency {
  std::string_view names;
  std::string_view code;
};

constexpr std::array kCurrencies = {
    NamedCurrency{"|$|usd|dollar|dollars|us$|", "USD"},
    NamedCurrency{"|€|eur|euro|euros|", "EUR"},
    NamedCurrency{"|£|gbp|quid|sterling|", "GBP"},
    NamedCurrency{"|¥|jpy|yen|", "JPY"},
    NamedCurrency{"|chf|franc|francs|", "CHF"},
    NamedCurrency{"|cad|", "CAD"},
    NamedCurrency{"|aud|", "AUD"},
    NamedCurrency{"|₹|inr|rupee|rupees|rs|", "INR"},
    NamedCurrency{"|cny|rmb|yuan|", "CNY"},
    NamedCurrency{"|sek|", "SEK"},
    NamedCurrency{"|nok|", "NOK"},
    NamedCurrency{"|dkk|", "DKK"},
    NamedCurrency{"|pln|zloty|", "PLN"},
    NamedCurrency{"|czk|", "CZK"},
    NamedCurrency{"|brl|", "BRL"},
    NamedCurrency{"|mxn|", "MXN"},
    NamedCurrency{"|nzd|", "NZD"},
    NamedCurrency{"|sgd|", "SGD"},
    NamedCurrency{"|hkd|", "HKD"},
    NamedCurrency{"|₩|krw|won|", "KRW"},
    NamedCurrency{"|zar|rand|", "ZAR"},
    NamedCurrency{"|₽|rub|", "RUB"},
    NamedCurrency{"|₺|try|", "TRY"},
    NamedCurrency{"|btc|", "BTC"},
};

/// A table by word. Looked up only: the map's own order is no input to anything.
template <class Value, class Table, class Make>
std::unordered_map<std::string_view, Value> by_word(const Table& table, Make make) {
  std::unordered_map<std::string_view, Value> out;
  for (const auto& entry : table) {
    std::string_view rest = entry.names.substr(1);
    while (!rest.empty()) {
      const std::size_t end = rest.find('|');
      out.emplace(rest.substr(0, end), make(entry));
      rest.remove_prefix(end + 1);
    }
  }
  return out;
}

}  // namespace

std::optional<Unit> unit_of(std::string_view lower_word) {
  static const auto kByWord = by_word<Unit>(kUnits, [](const NamedUnit& unit) {
    return Unit{unit.dimension, unit.factor};
  });
  const auto it = kByWord.find(lower_word);
  return it == kByWord.end() ? std::nullopt : std::optional(it->second);
}

std::string_view currency_of(std::string_view lower_word) {
  static const auto kByWord =
      by_word<std::string_view>(kCurrencies, [](const NamedCurrency& currency) { return currency.code; });
  const auto it = kByWord.find(lower_word);
  return it == kByWord.end() ? std::string_view() : it->second;
}

int scale_of(std::string_view word) {
  if (word == "k" || word == "thousand" || word == "thousands") return 3;
  if (word == "m" || word == "mn" || word == "mm" || word == "mio" || word == "million" || word == "millions")
    return 6;
  if (word == "b" || word == "bn" || word == "billion" || word == "billions") return 9;
  if (word == "tn" || word == "trn" || word == "trillion" || word == "trillions") return 12;
  if (word == "hundred") return 2;
  if (word == "lakh") return 5;
  if (word == "crore") return 7;
  return 0;
}

double Decimal::to_double() const {
  const std::string text = std::to_string(digits) + "e" + std::to_string(exponent);
  double out = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() ? out : std::nan("");
}

bool Decimal::is_integer() const noexcept {
  std::int64_t rest = digits;
  for (int i = exponent; i < 0; ++i) {
    if (rest % 10 != 0) return false;
    rest /= 10;
  }
  return true;
}

Json Decimal::to_json() const {
  const double value = to_double();
  if (!std::isfinite(value)) return nullptr;
  if (is_integer() && std::fabs(value) <= 9007199254740992.0) return static_cast<std::int64_t>(value);
  return value;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  const std::size_t comma = text.rfind(',');
  const std::size_t dot = text.rfind('.');
  const auto dots = std::count(text.begin(), text.end(), '.');
  char point = '.';
  const bool decimal_comma = comma != text.npos && dots == 0 &&
                             std::count(text.begin(), text.end(), ',') == 1 && text.size() - comma - 1 < 3;
  if (decimal_comma || dots > 1 || (comma != text.npos && dot != text.npos && comma > dot)) point = ',';
  Decimal out;
  bool fraction = false;
  int count = 0;
  for (const char c : text) {
    if (c == point) {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9') continue;
    if (++count > 18) return std::nullopt;
    out.digits = out.digits * 10 + (c - '0');
    if (fraction) --out.exponent;
  }
  return out;
}

}  // namespace cogos::engine::builtin
