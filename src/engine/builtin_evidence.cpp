#include "engine/builtin_evidence.hpp"

#include <algorithm>
#include <array>

namespace cogos::engine::builtin {
namespace {

constexpr std::array<std::string_view, 24> kNegations = {
    "not",      "no",     "never",     "without", "declined", "refused", "none",    "nor",
    "neither",  "cannot", "lacks",     "lack",    "denied",   "isn",     "false",   "non",
    "rejected", "hardly", "excluding", "except",  "unable",   "failed",  "refuses", "declines"};

bool is_negation(std::string_view word) {
  return std::find(kNegations.begin(), kNegations.end(), word) != kNegations.end() || word.ends_with("n't") ||
         word.ends_with("n\xE2\x80\x99t");
}

}  // namespace

int Evidence::proximity(std::uint32_t anchor, Range place) const {
  const bool before = anchor < place.begin;
  const std::uint32_t from = before ? anchor + 1 : place.end;
  const std::uint32_t to = before ? place.begin : anchor;
  constexpr std::uint32_t kWindow = 40;
  if (to - from > kWindow) return 0;
  const Token& a = doc_.at(anchor);
  const Token& b = doc_.at(place.begin);
  if (a.line != b.line && (before ? b.line - a.line : a.line - b.line) > 1) return 0;
  int score = 100;
  if (a.sentence != b.sentence) score = before ? 50 : 25;
  bool connected = true;
  for (std::uint32_t i = from; i < to; ++i) {
    if (doc_.at(i).kind == TokenKind::number) {
      score -= 20;
      connected = false;
    } else if (doc_.mark(i, ';') || doc_.mark(i, '|')) {
      score -= 30;
    } else if (doc_.mark(i, ',')) {
      score -= 14;
      connected = false;
    } else if (doc_.mark(i, ':') || doc_.mark(i, '=')) {
      score += before ? 12 : -25;
    } else if (doc_.at(i).kind == TokenKind::word) {
      const std::string word = doc_.lower_word(i);
      if (word == "and" || word == "but" || word == "while" || word == "compared" || word == "versus" ||
          word == "vs") {
        score -= 16;
        connected = false;
      } else if (is_stop_word(word)) {
        score -= 3;
      } else {
        score -= 7;
        connected = connected && to - from <= 2;
      }
    }
  }
  if (!before) score -= to == from ? 2 : 14;
  if (before && connected && a.sentence == b.sentence) score += 12;
  if (a.instruction) score = score / 3;
  return std::max(score, a.sentence == b.sentence ? 8 : 0);
}

int Evidence::group_at(const WordGroup& group, Range place, Range scope) const {
  int best = 0;
  for (const auto& term : group.terms) {
    const auto positions = doc_.positions(term.stem);
    auto it = std::lower_bound(positions.begin(), positions.end(), place.begin);
    const auto consider = [&](std::uint32_t anchor) {
      if (!scope.contains(anchor) || place.contains(anchor)) return;
      best = std::max(best, proximity(anchor, place) * term.percent / 100);
    };
    for (auto after = it; after != positions.end() && after - it < 3; ++after) consider(*after);
    for (int k = 0; k < 3 && it != positions.begin(); ++k) consider(*--it);
  }
  return best;
}

int Evidence::at(const Property& property, Range place, Range scope) const {
  int sum = 0;
  int weights = 0;
  for (const auto& group : property.groups) {
    sum += group.weight * group_at(group, place, scope);
    weights += group.weight;
  }
  int out = weights > 0 ? sum / weights : 0;
  int hints = 0;
  for (const auto& hint : property.hints) hints += hint.weight * group_at(hint, place, scope) / 100;
  out += std::min(hints, 20);
  const std::int32_t label = doc_.value_of(place.begin);
  if (label >= 0) {
    const int match = label_match(property, doc_.labels()[static_cast<std::size_t>(label)]);
    out = match > 0 ? 2 * match + std::min(hints, 20) : out / 2 - 15;
  }
  return doc_.at(place.begin).instruction ? out - 20 : out;
}

int Evidence::label_match(const Property& property, const Label& label) const {
  std::vector<std::uint32_t> partners;  // label words that some word of the property accounts for
  const auto in_label = [&](const WordGroup& group) {
    int percent = 0;
    for (const auto& term : group.terms) {
      const auto positions = doc_.positions(term.stem);
      for (auto it = std::lower_bound(positions.begin(), positions.end(), label.label.begin);
           it != positions.end() && label.label.contains(*it); ++it) {
        percent = std::max(percent, term.percent);
        partners.push_back(*it);
      }
    }
    return percent;
  };
  int matched = 0;
  int total = 0;
  for (const auto& group : property.groups) {
    total += group.weight;
    matched += group.weight * in_label(group) / 100;
  }
  if (matched == 0 || total == 0) return 0;
  for (const auto& hint : property.hints) {
    if (hint.weight >= 25) static_cast<void>(in_label(hint));
  }
  int spare = 0;
  for (std::uint32_t i = label.label.begin; i < label.label.end; ++i) {
    const std::string word = doc_.lower_word(i);
    const bool content = doc_.at(i).kind == TokenKind::word && !is_stop_word(word) && !unit_of(word) &&
                         currency_of(word).empty() && scale_of(word) == 0;
    if (content && std::find(partners.begin(), partners.end(), i) == partners.end()) ++spare;
  }
  // "due date" is some date, but the date is better found elsewhere.
  return std::max(0, 100 * matched / total - (spare > 0 ? 45 + 15 * spare : 0));
}

std::vector<std::uint32_t> Evidence::anchors(const Property& property, Range scope, std::size_t limit,
                                             bool synonyms) const {
  std::vector<std::uint32_t> out;
  for (const auto& group : property.groups) {
    for (const auto& term : group.terms) {
      if (!synonyms && term.percent < 100) continue;
      const auto positions = doc_.positions(term.stem);
      std::size_t taken = 0;
      for (auto it = std::lower_bound(positions.begin(), positions.end(), scope.begin);
           it != positions.end() && *it < scope.end && taken < limit; ++it, ++taken) {
        out.push_back(*it);
      }
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.size() > limit) out.resize(limit);
  return out;
}

bool Evidence::negated(Range place) const {
  const Token& token = doc_.at(place.begin);
  const auto clause_end = [&](std::uint32_t i) {
    return doc_.mark(i, ',') || doc_.mark(i, ';') || doc_.mark(i, '.') || doc_.mark(i, ':') ||
           doc_.mark(i, '|');
  };
  for (std::uint32_t i = place.begin, steps = 0; i > 0 && steps < 6; ++steps) {
    --i;
    if (doc_.at(i).sentence != token.sentence || doc_.at(i).line != token.line || clause_end(i)) break;
    const std::string word = doc_.lower_word(i);
    if (word == "but" || word == "although") break;
    if (word == "non" && place.begin - i > 2) continue;  // non-refundable and includes …
    if (is_negation(word)) {
      // "not only", "no doubt", "no longer than": the first is no denial
      return doc_.lower_word(i + 1) != "only" && doc_.lower_word(i + 1) != "doubt";
    }
  }
  for (std::uint32_t i = place.end, steps = 0; i < doc_.size() && steps < 4; ++i, ++steps) {
    if (doc_.at(i).sentence != token.sentence || doc_.at(i).line != token.line || doc_.mark(i, ',') ||
        doc_.mark(i, ';'))
      break;
    const std::string word = doc_.lower_word(i);
    if (word == "and" || word == "but" || word == "or") break;
    if (is_negation(word)) return doc_.lower_word(i + 1) != "only";
  }
  return false;
}

}  // namespace cogos::engine::builtin
