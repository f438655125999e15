#include "engine/builtin_property.hpp"

#include <algorithm>
#include <array>

#include "engine/builtin_lists.hpp"
#include "engine/builtin_schema.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::array<std::string_view, 15> kAuxiliaries = {
    "is", "has", "have", "was", "are", "does", "do", "can", "should", "will", "the", "of", "a", "in"};
/// Words that many names share, so that they tell little apart.
constexpr std::array<std::string_view, 14> kLight = {"name",  "number", "value", "amount", "date",
                                                     "type",  "id",     "no",    "code",   "time",
                                                     "total", "info",   "data",  "text"};

bool alnum(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string> words_in(std::string_view text, std::size_t limit) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size() && out.size() < limit;) {
    std::size_t end = i;
    while (end < text.size() && alnum(text[end])) ++end;
    if (end > i) out.push_back(lower(text.substr(i, end - i)));
    i = end + 1;
  }
  return out;
}

WordGroup group_of(const std::string& word, int weight) {
  WordGroup out;
  out.weight = weight;
  out.terms.push_back({stem(word), 100});
  std::string_view rest = synonyms_of(word);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string other = stem(rest.substr(0, end));
    const bool known =
        std::any_of(out.terms.begin(), out.terms.end(), [&](const auto& term) { return term.stem == other; });
    if (!known && !other.empty()) out.terms.push_back({std::move(other), 75});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

/// What the words say about how a quantity is wanted; true if `word` was such a word and no subject of its
/// own.
bool read_measure(Property& out, const std::vector<std::string>& words, std::size_t i, bool in_name) {
  const std::string& word = words[i];
  const bool first = i == 0;
  if (i > 0 && words[i - 1] == "per") return false;
  if (word == "millions" || word == "thousands" || word == "billions" ||
      (in_name && !first &&
       (word == "bn" || word == "mn" || word == "mm" || word == "million" || word == "billion"))) {
    if (word == "mm" && out.topic == Topic::length) return false;
    out.scale = scale_of(word);
    return true;
  }
  if (in_name && !first && word == "cents") {
    out.scale = -2;
    return true;
  }
  if (const auto code = currency_of(word); !code.empty() && word.size() > 1 && word != "try" &&
                                           word != "won" && (in_name ? !first : word.size() == 3)) {
    out.currency = code;
    if (out.topic == Topic::generic && in_name) out.topic = Topic::money;
    return true;
  }
  const bool unit_place = in_name ? !first : (i > 0 && words[i - 1] == "in");
  const auto unit = unit_of(word);
  if (!unit || !unit_place) return false;
  if (in_name && i + 1 < words.size() && unit_of(words.back()) && word != words.back()) return false;
  if (word == "year" || word == "day" || word == "month" || word == "pound" || word == "second" ||
      word == "min" || word == "percentage" || word == "percent") {
    if (unit->dimension == Dimension::percent) out.topic = Topic::percent;
    return false;
  }
  if (word.size() == 1) {
    // weight_g is grams, vitamin_c is no temperature
    const auto measured = i > 0 ? topic_of(words[i - 1]) : std::nullopt;
    const bool fits = measured == Topic::mass || measured == Topic::length ||
                      measured == Topic::temperature || measured == Topic::duration ||
                      (i > 0 && (words[i - 1] == "volume" || words[i - 1] == "capacity" ||
                                 words[i - 1] == "power" || words[i - 1] == "voltage"));
    if (!fits) return false;
  }
  if (unit->dimension == Dimension::percent) {
    out.topic = Topic::percent;
    return true;
  }
  out.unit = *unit;
  return true;
}

void read_topic(Property& out, const Json& schema) {
  const std::string format = text_member(schema, "format");
  if (format == "email") out.topic = Topic::email;
  if (format == "uri" || format == "url") out.topic = Topic::url;
  if (format == "date") out.topic = Topic::date;
  if (format == "date-time") out.topic = Topic::date_time;
  if (format == "time") out.topic = Topic::time;
  if (format == "uuid" || format == "ipv4") out.topic = Topic::identifier;
  if (out.topic != Topic::generic) return;
  const auto types = types_of(schema);
  const bool numeric =
      std::any_of(types.begin(), types.end(), [](const auto& t) { return t == "number" || t == "integer"; });
  const auto has_word = [&](std::string_view word) {
    return std::find(out.words.begin(), out.words.end(), word) != out.words.end();
  };
  const auto join = [&] {
    std::string all;
    for (const auto& word : out.words) all += word;
    return all;
  };
  if (has_word("years") || (has_word("experience") && numeric)) out.topic = Topic::duration;
  if (has_word("years")) out.unit = Unit{Dimension::months, 12};
  if (const auto whole = topic_of(join()); whole) out.topic = *whole;
  if (out.topic == Topic::generic && (has_word("job") && has_word("title"))) out.topic = Topic::role;
  if (out.topic == Topic::generic && !out.words.empty() &&
      (out.words.back() == "number" || out.words.back() == "count" || out.words.front() == "num") &&
      numeric) {
    out.topic = out.words.back() == "number" ? Topic::identifier : Topic::count;
  }
  for (auto it = out.words.rbegin(); it != out.words.rend() && out.topic == Topic::generic; ++it) {
    auto topic = topic_of(*it);
    const bool plural = it->size() > 3 && it->ends_with('s');
    if (plural && (!topic || (!numeric && *topic == Topic::count)))
      topic = topic_of(it->substr(0, it->size() - 1));
    if (!topic) continue;
    if (*topic == Topic::identifier &&
        (*it == "number" || *it == "no" || *it == "account" || *it == "room" || *it == "seat") &&
        out.words.size() > 1 && has_word("phone"))
      continue;
    if (!numeric && (*topic == Topic::count) && !has_word("count") && !has_word("quantity")) continue;
    if (numeric && (*topic == Topic::person || *topic == Topic::organisation || *topic == Topic::place ||
                    *topic == Topic::summary || *topic == Topic::title || *topic == Topic::role))
      continue;
    out.topic = *topic;
  }
  if (out.topic == Topic::generic && has_word("name"))
    out.topic = out.words.size() == 1 ? Topic::generic : Topic::title;
  if (has_word("first") || has_word("last") || has_word("full")) {
    if (has_word("name")) out.topic = Topic::person;
  }
}

}  // namespace

std::vector<std::string> split_name(std::string_view name) {
  std::string spaced;
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool hump =
        i > 0 && upper(name[i]) &&
        (!upper(name[i - 1]) || (i + 1 < name.size() && alnum(name[i + 1]) && !upper(name[i + 1])));
    if (hump) spaced += ' ';
    spaced += name[i];
  }
  return words_in(spaced, 12);
}

Property read_property(const std::string& name, const Json& schema, const std::vector<std::string>& outer) {
  Property out;
  out.name = name;
  const auto name_words = split_name(name);
  for (std::size_t i = 0; i < name_words.size(); ++i) {
    if (one_of(kAuxiliaries, name_words[i]) && name_words.size() > 1) continue;
    if (!read_measure(out, name_words, i, true)) out.words.push_back(name_words[i]);
  }
  if (out.words.empty()) out.words = name_words;
  read_topic(out, schema);
  const std::string title = text_member(schema, "title");
  const std::string description = text_member(schema, "description");
  const auto described = words_in(title + " " + description, 24);
  for (std::size_t i = 0; i < described.size(); ++i)
    static_cast<void>(read_measure(out, described, i, false));
  const auto maximum = schema.find("maximum");
  out.fraction = out.topic == Topic::percent &&
                 ((maximum != schema.end() && maximum->is_number() && maximum->get<double>() <= 1) ||
                  std::find(described.begin(), described.end(), "fraction") != described.end());
  for (const auto& word : out.words) {
    const bool light = one_of(kLight, word) && out.words.size() > 1;
    out.groups.push_back(group_of(word, light ? 30 : 100));
    if (out.cue.empty()) out.cue = cue_of(word);
  }
  out.broad =
      std::all_of(out.words.begin(), out.words.end(), [](const auto& word) { return is_broad(word); });
  const auto hint = [&](const std::string& word, int weight) {
    if (word.size() < 3 || is_stop_word(word) ||
        std::find(out.words.begin(), out.words.end(), word) != out.words.end())
      return;
    if (out.hints.size() < 16) out.hints.push_back(group_of(word, weight));
  };
  for (const auto& word : described) hint(word, 10);
  for (const auto& word : outer) hint(word, 25);
  return out;
}

}  // namespace cogos::engine::builtin
