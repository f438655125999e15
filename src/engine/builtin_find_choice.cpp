// Enum values and flags.
#include <algorithm>

#include "engine/builtin_find.hpp"

namespace cogos::engine::builtin {
namespace {

std::vector<std::string> pieces(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (end > 0) out.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

std::span<const std::uint32_t> in_scope(std::span<const std::uint32_t> positions, Range scope,
                                        std::size_t limit) {
  const auto low = std::lower_bound(positions.begin(), positions.end(), scope.begin);
  const auto high = std::lower_bound(low, positions.end(), scope.end);
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(high - low), limit);
  return positions.subspan(static_cast<std::size_t>(low - positions.begin()), count);
}

}  // namespace

int Finder::choice_score(const Property& p, const std::string& value, Scope scope, Range& place) const {
  constexpr std::size_t kOccurrences = 48;
  int best = 0;
  const auto words = split_name(value);
  if (words.empty()) return 0;
  const bool faint =
      std::all_of(words.begin(), words.end(), [](const auto& w) { return is_stop_word(w) || w.size() == 1; });
  for (const std::uint32_t at : in_scope(doc_.positions(stem(words[0])), scope.range, kOccurrences)) {
    std::uint32_t end = at + 1;
    bool whole = true;
    for (std::size_t i = 1; i < words.size() && whole; ++i) {
      if (doc_.mark(end, '-') || doc_.mark(end, '_') || doc_.mark(end, '/')) ++end;
      // cancel_order is said as "cancel my order" too
      for (int skip = 0; skip < 2 && end < doc_.size() && is_stop_word(doc_.lower_word(end)) &&
                         stem(doc_.word(end)) != stem(words[i]);
           ++skip)
        ++end;
      whole = end < doc_.size() && stem(doc_.word(end)) == stem(words[i]);
      ++end;
    }
    const Range range{at, end};
    if (!whole || end > scope.range.end || evidence_.negated(range)) continue;
    const int tie = evidence_.at(p, range, scope.range);
    const bool labelled = doc_.value_of(at) >= 0 && tie > 60;
    if (doc_.at(at).instruction && !labelled) continue;
    if (faint && tie < 60) continue;
    // A label such as "Priority:" names the property, not its value.
    if (doc_.label_of(at) >= 0) continue;
    const int score = 45 + std::clamp(tie, 0, 140) + static_cast<int>(words.size()) * 3;
    if (score > best) {
      best = score;
      place = range;
    }
  }
  int cues = 0;
  for (const auto& word : words) {
    for (const auto& cue : pieces(evidence_of(word))) {
      for (const std::uint32_t at : in_scope(doc_.positions(stem(cue)), scope.range, 16)) {
        if (doc_.at(at).instruction || doc_.lower_word(at).substr(0, 3) != cue.substr(0, 3)) continue;
        if (evidence_.negated({at, at + 1})) {
          cues -= 10;
          continue;
        }
        cues += 16;
        if (best == 0 && place.empty()) place = {at, at + 1};
      }
    }
  }
  // Denied words of one pole speak for the other.
  const std::string_view other = words[0] == "positive"   ? "negative"
                                 : words[0] == "negative" ? "positive"
                                                          : "";
  for (const auto& cue : pieces(evidence_of(other))) {
    for (const std::uint32_t at : in_scope(doc_.positions(stem(cue)), scope.range, 16)) {
      if (doc_.at(at).instruction || !evidence_.negated({at, at + 1})) continue;
      cues += 16;
      if (place.empty()) place = {at, at + 1};
    }
  }
  const std::string key = lower(value);
  const auto code = currency_of(key);
  const auto unit = unit_of(key);
  if (!code.empty() || unit) {
    for (const std::size_t i : nearby(candidates_.numbers, {}, scope.range)) {
      const Number& number = candidates_.numbers[i];
      if (doc_.at(number.range.begin).instruction) continue;
      const bool same = !code.empty()
                            ? number.currency == code
                            : number.unit.dimension == unit->dimension && number.unit.factor == unit->factor;
      if (!same) continue;
      if (best < 60) place = number.range;
      best = std::max(best, 60);
      break;
    }
  }
  return best + std::clamp(cues, 0, 96) + (best == 0 && cues > 0 ? 10 : 0);
}

std::vector<Option> Finder::choices(const Property& p, const Json& values, Scope scope) const {
  std::vector<Option> out;
  const auto word = [&](std::string_view w) {
    return std::find(p.words.begin(), p.words.end(), w) != p.words.end();
  };
  const bool sentiment = word("sentiment") || word("tone") || word("mood");
  std::optional<Option> neutral;
  int poles = 0;
  for (const auto& value : values) {
    if (!value.is_string()) continue;
    const auto& text = value.get_ref<const std::string&>();
    Range place;
    const int score = choice_score(p, text, scope, place);
    if (score > 0) out.push_back({value, place, score});
    const std::string key = lower(text);
    if (score > 0 && (key == "positive" || key == "negative")) ++poles;
    if (key == "neutral" || key == "mixed") neutral = Option{value, {}, 34};
  }
  for (auto& option : out) option.claims = false;
  settle(out, scope, 64);
  if (sentiment && neutral && out.empty() && !scope.range.empty() && poles == 0) out.push_back(*neutral);
  return out;
}

std::vector<Option> Finder::flags(const Property& p, Scope scope) const {
  std::vector<Option> out;
  const auto add = [&](bool value, Range range, int score) { out.push_back({value, range, score, false}); };
  std::vector<WordGroup> groups = p.groups;
  for (std::size_t i = 0; i < groups.size() && i < p.words.size(); ++i) {
    for (const auto& cue : pieces(evidence_of(p.words[i]))) groups[i].terms.push_back({stem(cue), 80});
  }
  int total = 0;
  for (const auto& group : groups) total += group.weight;
  // Words that only lead in, as in accepts_cards, must not stand for the whole.
  const auto coverage = [&](std::uint32_t at) {
    const Range sentence = doc_.sentences()[doc_.at(at).sentence];
    int found = 0;
    for (const auto& group : groups) {
      int best = 0;
      for (const auto& term : group.terms) {
        if (!in_scope(doc_.positions(term.stem), sentence, 1).empty()) best = std::max(best, term.percent);
      }
      found += group.weight * best / 100;
    }
    return total > 0 ? 100 * found / total : 0;
  };
  const auto judge = [&](std::uint32_t at, bool holds) {
    if (!scope.range.contains(at) || doc_.at(at).instruction) return;
    const std::int32_t label = doc_.label_of(at);
    if (label >= 0) {
      const Label& named = doc_.labels()[static_cast<std::size_t>(label)];
      if (named.value.empty()) return;
      const int match = evidence_.label_match(p, named);
      if (match < 40) return;
      const std::string word = doc_.lower_word(named.value.begin);
      const auto is = [&](std::string_view list) {
        return list.find("|" + word + "|") != std::string_view::npos;
      };
      if (is("|no|false|n|not|none|never|unavailable|x|✗|✘|❌|0|declined|disabled|off|") &&
          named.value.end - named.value.begin < 12)
        return add(!holds, named.value, 100 + match);
      if (is("|yes|true|y|✓|✔|✅|1|confirmed|included|available|allowed|enabled|on|") ||
          evidence_.negated(named.value) == false) {
        return add(
            holds, named.value,
            is("|yes|true|y|✓|✔|✅|1|confirmed|included|available|allowed|enabled|on|") ? 100 + match : match);
      }
      return add(!holds, named.value, match);
    }
    const int covered = coverage(at);
    if (covered < 50) return;
    add(evidence_.negated({at, at + 1}) != holds, {at, at + 1}, covered);
  };
  for (const auto& group : groups) {
    for (const auto& term : group.terms) {
      if (group.weight < 100 && groups.size() > 1) continue;
      for (const std::uint32_t at : in_scope(doc_.positions(term.stem), scope.range, 24)) judge(at, true);
    }
  }
  for (const auto& word : p.words) {
    if (p.words.size() > 1 && word.size() < 5) continue;
    std::vector<std::string> contrary = pieces(opposite_of(word));
    for (const char* prefix : {"un", "in", "non", "im", "dis"}) contrary.push_back(prefix + word);
    for (const auto& other : contrary) {
      for (const std::uint32_t at : in_scope(doc_.positions(stem(other)), scope.range, 8)) {
        if (doc_.at(at).instruction || doc_.label_of(at) >= 0) continue;
        const bool stock = other == "out" || other == "sold";
        if (stock && doc_.lower_word(at + 1) != "of" && doc_.lower_word(at + 1) != "out") continue;
        add(evidence_.negated({at, at + 1}), {at, at + 1}, 90);
      }
    }
  }
  settle(out, scope, 4);
  return out;
}

}  // namespace cogos::engine::builtin
