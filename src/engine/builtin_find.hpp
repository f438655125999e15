#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/builtin_candidates.hpp"
#include "engine/builtin_evidence.hpp"
#include "engine/builtin_property.hpp"

namespace cogos::engine::builtin {

/// A value that a property may take, and the place it came from.
struct Option {
  Json value;
  Range range;
  int score = 0;
  bool claims =
      true;  ///< Whether another property should rather look elsewhere; enums and flags leave it be.
};

/// Where to look. A record is one of several alike (a table row, a list item), so that what a property does
/// not name may still be told by its kind.
struct Scope {
  Range range;
  bool record = false;
  bool required = false;
};

/// What a scalar property may be, best first, at most 8, each within the schema's own bounds. Reads only;
/// every string is a piece of the text, except where a format or pattern asks for a normal form (dates,
/// times, a currency code) or an enum spells it.
class Finder {
 public:
  Finder(const Document& document, const Candidates& candidates)
      : doc_(document), candidates_(candidates), evidence_(document) {}

  [[nodiscard]] std::vector<Option> numbers(const Property& property, const Json& schema, Scope scope,
                                            bool integer) const;
  [[nodiscard]] std::vector<Option> strings(const Property& property, const Json& schema, Scope scope) const;
  [[nodiscard]] std::vector<Option> flags(const Property& property, Scope scope) const;
  /// Values of an `enum` that the text names and does not deny.
  [[nodiscard]] std::vector<Option> choices(const Property& property, const Json& values, Scope scope) const;

  [[nodiscard]] const Document& document() const noexcept { return doc_; }
  [[nodiscard]] const Candidates& candidates() const noexcept { return candidates_; }
  [[nodiscard]] const Evidence& evidence() const noexcept { return evidence_; }

 private:
  [[nodiscard]] std::optional<Option> measure(const Property& property, const Number& number, Scope scope,
                                              bool integer) const;
  [[nodiscard]] int quantity_fit(const Property& property, const Number& number) const;
  [[nodiscard]] int choice_score(const Property& property, const std::string& value, Scope scope,
                                 Range& place) const;

  const Document& doc_;
  const Candidates& candidates_;
  Evidence evidence_;
};

/// Sorts by score, then place; cuts to `limit`; drops what is under the scope's threshold.
void settle(std::vector<Option>& options, Scope scope, std::size_t limit = 8);

/// Indices of the items in scope that stand near the property's words, and the first few in scope: all of
/// them where there are few. `Item` has a `range`; `items` are in text order.
template <class Item>
std::vector<std::size_t> nearby(const std::vector<Item>& items, const std::vector<std::uint32_t>& anchors,
                                Range scope) {
  const auto before = [](const Item& item, std::uint32_t at) { return item.range.begin < at; };
  const auto index = [&](std::uint32_t at) {
    return static_cast<std::size_t>(std::lower_bound(items.begin(), items.end(), at, before) - items.begin());
  };
  const std::size_t low = index(scope.begin);
  const std::size_t high = index(scope.end);
  std::vector<std::size_t> out;
  constexpr std::size_t kFew = 48;
  for (std::size_t i = low; i < std::min(high, low + kFew); ++i) out.push_back(i);
  if (high - low <= kFew) return out;
  for (const auto anchor : anchors) {
    const std::size_t near = index(anchor);
    const std::size_t from = near > low + 3 ? near - 3 : low;
    for (std::size_t i = from; i < std::min(high, near + 4); ++i) out.push_back(i);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace cogos::engine::builtin
