#include <algorithm>
#include <cmath>

#include "engine/builtin_find.hpp"
#include "engine/schema_assertions.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr int kUnfit = -1000;

bool within(const Json& schema, double value) {
  const auto bound = [&](const char* key, auto holds) {
    const auto it = schema.find(key);
    return it == schema.end() || !it->is_number() || holds(it->get<double>());
  };
  const auto flag = [&](const char* key) {
    const auto it = schema.find(key);
    return it != schema.end() && it->is_boolean() && it->get<bool>();
  };
  return bound("minimum", [&](double b) { return flag("exclusiveMinimum") ? value > b : value >= b; }) &&
         bound("maximum", [&](double b) { return flag("exclusiveMaximum") ? value < b : value <= b; }) &&
         bound("exclusiveMinimum", [&](double b) { return value > b; }) &&
         bound("exclusiveMaximum", [&](double b) { return value < b; }) &&
         bound("multipleOf", [&](double b) { return b > 0 && is_multiple(value, b); });
}

Json converted(const Number& number, const Unit& wanted) {
  Decimal value = number.value;
  std::int64_t from = number.unit.factor;
  std::int64_t to = wanted.factor;
  while (from % 10 == 0 && to % 10 == 0) {
    from /= 10;
    to /= 10;
  }
  while (to % 10 == 0) {
    to /= 10;
    --value.exponent;
  }
  if (to == 1 && std::abs(value.digits) < 1'000'000'000 && from < 1'000'000'000) {
    value.digits *= from;
    return value.to_json();
  }
  const double out = value.to_double() * static_cast<double>(from) / static_cast<double>(to);
  if (out == std::floor(out) && std::fabs(out) < 9e15) return static_cast<std::int64_t>(out);
  return out;
}

}  // namespace

void settle(std::vector<Option>& options, Scope scope, std::size_t limit) {
  const int threshold = scope.record ? 14 : scope.required ? 22 : 32;
  std::erase_if(options, [&](const Option& option) { return option.score < threshold; });
  std::stable_sort(options.begin(), options.end(), [](const Option& a, const Option& b) {
    return a.score != b.score ? a.score > b.score : a.range.begin < b.range.begin;
  });
  if (options.size() > limit) options.resize(limit);
}

/// How well the number's own marks suit the property; kUnfit where they rule it out.
int Finder::quantity_fit(const Property& p, const Number& n) const {
  const bool money = !n.currency.empty();
  const Dimension dimension = n.unit.dimension;
  const bool percent = dimension == Dimension::percent;
  if (n.year && p.topic != Topic::year) {
    return p.topic == Topic::generic || p.topic == Topic::identifier ? -45 : kUnfit;
  }
  if (!p.currency.empty() && money && n.currency != p.currency) return kUnfit;
  if (n.ordinal && p.topic != Topic::generic && p.topic != Topic::identifier) return kUnfit;
  int fit = n.word && n.value.digits == 1 ? -15 : 0;
  if (p.unit) {
    if (money) return kUnfit;
    if (dimension == p.unit->dimension) return fit + 35;
    return dimension == Dimension::none ? fit - 8 : kUnfit;
  }
  const std::string next = doc_.lower_word(n.range.end);
  switch (p.topic) {
    case Topic::year:
      return n.year ? 30 + (n.fiscal ? 10 : 0) : kUnfit;
    case Topic::money:
      if (percent || (dimension != Dimension::none && !money)) return kUnfit;
      return fit + (money ? 35 : -12);
    case Topic::percent:
      if (money) return kUnfit;
      return fit + (percent ? 40 : dimension != Dimension::none ? -40 : -12);
    case Topic::count:
      if (money || percent) return kUnfit;
      return fit + (dimension == Dimension::none ? 4 : -25);
    case Topic::age: {
      if (money || percent || n.value.to_double() > 130) return kUnfit;
      const bool years = dimension == Dimension::months && n.unit.factor == 12;
      std::uint32_t k = n.range.end;
      if (doc_.mark(k, '-')) ++k;
      return fit + (years ? (doc_.lower_word(k) == "old" || doc_.lower_word(k) == "of" ? 45 : 0)
                    : dimension == Dimension::none ? 4
                                                   : -60);
    }
    case Topic::rating: {
      if (money) return kUnfit;
      const bool out_of = doc_.mark(n.core.end, '/') || next == "out" || next == "stars" || next == "star" ||
                          next == "points";
      return fit + (out_of ? 35 : percent ? 0 : dimension == Dimension::none ? 0 : -40);
    }
    case Topic::temperature:
      if (money || percent) return kUnfit;
      return fit + (dimension == Dimension::celsius || dimension == Dimension::fahrenheit ||
                            dimension == Dimension::kelvin
                        ? 35
                    : dimension == Dimension::none ? -5
                                                   : -60);
    case Topic::duration:
      if (money || percent) return kUnfit;
      return fit + (dimension == Dimension::time || dimension == Dimension::months ? 30
                    : dimension == Dimension::none                                 ? -5
                                                                                   : -60);
    case Topic::length:
      if (money || percent) return kUnfit;
      return fit + (dimension == Dimension::length || dimension == Dimension::miles ||
                            dimension == Dimension::feet || dimension == Dimension::inches
                        ? 30
                    : dimension == Dimension::none ? -5
                                                   : -60);
    case Topic::mass:
      if (money || percent) return kUnfit;
      return fit +
             (dimension == Dimension::mass || dimension == Dimension::pounds || dimension == Dimension::ounces
                  ? 30
              : dimension == Dimension::none ? -5
                                             : -60);
    case Topic::identifier:
      return money || percent ? kUnfit : fit;
    default:
      return fit - (money || percent ? 12 : 0);
  }
}

std::optional<Option> Finder::measure(const Property& p, const Number& n, Scope scope, bool integer) const {
  if (n.inside && p.topic != Topic::identifier) return std::nullopt;
  const int fit = quantity_fit(p, n);
  if (fit == kUnfit) return std::nullopt;
  Option out;
  out.range = n.inside ? n.core : n.range;
  const int tie = evidence_.at(p, n.core, scope.range);
  const bool telling = fit >= 30 && (p.broad || scope.record);
  const bool plain = scope.record && fit >= 0;
  if (tie <= 0 && !telling && !plain) return std::nullopt;
  out.score = std::max(tie, telling ? 22 : plain ? 12 : 0) + fit;
  Decimal value = n.value;
  if (p.unit && n.unit.dimension == p.unit->dimension) {
    out.value = converted(n, *p.unit);
  } else {
    if (p.scale != 0 && n.unit.dimension == Dimension::none) {
      // A bare small figure under a heading such as "in millions" is in that scale already.
      const bool stated =
          n.currency.empty() && value.exponent <= 0 && std::abs(n.value.to_double()) < 1e5 && p.scale > 0;
      if (!stated) value.exponent -= p.scale;
    }
    if (p.fraction && n.unit.dimension == Dimension::percent) value.exponent -= 2;
    out.value = value.to_json();
  }
  if (!out.value.is_number() || (integer && !out.value.is_number_integer())) return std::nullopt;
  return out;
}

std::vector<Option> Finder::numbers(const Property& p, const Json& schema, Scope scope, bool integer) const {
  std::vector<Option> out;
  const auto anchors = evidence_.anchors(p, scope.range, 40, true);
  const auto& all = candidates_.numbers;
  int telling = 0;
  const Number* only = nullptr;
  for (const std::size_t i : nearby(all, anchors, scope.range)) {
    auto option = measure(p, all[i], scope, integer);
    if (option && within(schema, option->value.get<double>())) out.push_back(std::move(*option));
    if (!all[i].inside && quantity_fit(p, all[i]) >= 30 && !doc_.at(all[i].range.begin).instruction) {
      ++telling;
      only = &all[i];
    }
  }
  if (p.topic == Topic::year) {
    for (const std::size_t i : nearby(candidates_.moments, anchors, scope.range)) {
      const Moment& moment = candidates_.moments[i];
      if (moment.year == 0 || !within(schema, moment.year)) continue;
      const int tie = evidence_.at(p, moment.range, scope.range);
      if (tie > 0 || p.broad) out.push_back({moment.year, moment.range, std::max(tie, 20) + 8});
    }
  }
  settle(out, scope);
  if (out.empty() && scope.required && telling == 1 && p.topic != Topic::count) {
    // The words do not name it, but the text holds one quantity of the kind, and the schema insists on one.
    Property broad = p;
    broad.broad = true;
    auto option = measure(broad, *only, scope, integer);
    if (option && within(schema, option->value.get<double>())) {
      option->score = 23;
      out.push_back(std::move(*option));
    }
  }
  return out;
}

}  // namespace cogos::engine::builtin
