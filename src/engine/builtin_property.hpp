#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "engine/builtin_candidates.hpp"

namespace cogos::engine::builtin {

/// What a property is about, as far as its words and format tell.
enum class Topic : std::uint8_t {
  generic,
  money,
  percent,
  year,
  date,
  time,
  date_time,
  count,
  age,
  temperature,
  duration,
  length,
  mass,
  rating,
  person,
  organisation,
  place,
  email,
  url,
  phone,
  identifier,
  role,
  address,
  title,
  currency,
  summary
};

/// One of a property's words with the words that may stand for it in a text.
struct WordGroup {
  struct Term {
    std::string stem;
    int percent;  ///< How much it counts against the word itself.
  };
  std::vector<Term> terms;
  int weight = 100;
};

/// A schema property as something to look for in a text.
struct Property {
  std::string name;
  std::vector<std::string> words;  ///< Of the name, lower case, units and auxiliaries left out.
  std::vector<WordGroup> groups;   ///< Of the name and title.
  std::vector<WordGroup> hints;    ///< Of the description and of the objects around it; they count little.
  Topic topic = Topic::generic;
  bool broad = false;        ///< The words say no more than the topic does (`price`, `date`).
  std::optional<Unit> unit;  ///< The unit that values are wanted in.
  std::string currency;      ///< ISO 4217 that amounts are wanted in.
  int scale = 0;             ///< Values are wanted in 10^scale (`in millions`: 6; cents: -2).
  bool fraction = false;     ///< 12% is wanted as 0.12.
  std::string cue;           ///< Prepositions that stand before such a value, between bars.
};

/// `outer`: the words of the objects around it, nearest last.
[[nodiscard]] Property read_property(const std::string& name, const Json& effective_schema,
                                     const std::vector<std::string>& outer);

/// Lower-case words of a property name: `fiscalYear`, `fiscal_year`, `FiscalYear`, `fiscal-year` are two.
[[nodiscard]] std::vector<std::string> split_name(std::string_view name);

// The lexicon behind it.
[[nodiscard]] std::optional<Topic> topic_of(std::string_view word);
/// Words that may stand for `word`, between commas; empty if none are known.
[[nodiscard]] std::string_view synonyms_of(std::string_view word);
/// Whether the word says nothing beyond a topic, as `amount` or `value` do.
[[nodiscard]] bool is_broad(std::string_view word);
/// Prepositions that lead in a value of this name, between bars: `origin` has `|from|leaving|`.
[[nodiscard]] std::string_view cue_of(std::string_view word);
/// Words that speak for an enum value or a flag of this name, between commas.
[[nodiscard]] std::string_view evidence_of(std::string_view word);
/// Words that say the opposite of a flag of this name, between commas.
[[nodiscard]] std::string_view opposite_of(std::string_view word);

}  // namespace cogos::engine::builtin
