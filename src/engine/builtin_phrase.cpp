#include "engine/builtin_phrase.hpp"

#include <algorithm>

#include "engine/builtin_lists.hpp"
#include "engine/builtin_schema.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::string_view kConnectors =
    "|is|was|are|were|of|as|with|called|named|to|be|been|being|remains|remained|includes|include|including|"
    "included|"
    "feels|looks|seems|became|becomes|=|:|set|listed|reads|says|stands|";
constexpr std::string_view kArticles =
    "|the|a|an|its|their|his|her|our|my|currently|now|about|around|approximately|quite|very|just|also|both|";
constexpr std::string_view kClauseWords =
    "|and|but|or|with|which|that|because|while|since|who|whose|is|was|are|were|has|had|when|where|if|so|then|"
    "after|"
    "before|during|until|will|by|on|from|for|at|in|to|as|than|we|i|they|it|he|she|you|please|made|using|";

bool high_mark(std::string_view word) {
  return static_cast<unsigned char>(word[0]) >= 0x80;
}

/// At most `limit` code points of valid UTF-8, cut between words where there is a space to cut at.
std::string shortened(std::string text, std::uint64_t limit) {
  if (code_points(text) <= limit) return text;
  std::size_t cut = 0;
  for (std::uint64_t seen = 0; cut < text.size(); ++cut) {
    const bool lead = (static_cast<unsigned char>(text[cut]) & 0xC0U) != 0x80U;
    if (lead && seen++ == limit) break;
  }
  const std::size_t space = text[cut] == ' ' ? cut : text.rfind(' ', cut);
  if (space != std::string::npos && space > 0) cut = space;
  text.resize(cut);
  while (!text.empty() && (text.back() == ' ' || text.back() == ',' || text.back() == ';')) text.pop_back();
  return text;
}

}  // namespace

Phrases::Phrases(const Finder& finder, const Property& property, const Json& schema, Scope scope)
    : finder_(finder), doc_(finder.document()), p_(property), scope_(scope) {
  Json own = Json::object();
  const auto take = [&](const char* from, const char* to) {
    if (const auto it = schema.find(from); it != schema.end()) own[to] = *it;
  };
  take("minLength", "min_length");
  take("maxLength", "max_length");
  take("pattern", "pattern");
  take("format", "format");
  if (auto made = ScalarAssertions::from(own)) assertions_ = std::move(*made);
  if (own.contains("max_length")) max_length_ = own.at("max_length").get<std::uint64_t>();
  has_pattern_ = own.contains("pattern");
  const std::string format = text_member(schema, "format");
  const std::string described = lower(text_member(schema, "description"));
  iso_ = format == "date" || format == "date-time" || format == "time" ||
         described.find("iso") != std::string::npos || described.find("yyyy-mm-dd") != std::string::npos;
}

void Phrases::add(Range range, int score) {
  const auto edge = [&](std::uint32_t i, bool last) {
    const auto word = doc_.word(i);
    if (doc_.at(i).kind != TokenKind::mark) return false;
    if (word.size() > 1) return high_mark(word) && currency_of(word).empty() && word != "\xC2\xB0";
    const std::string_view keep = last ? ")%]+#$/\"" : "([$#+-\"@";
    return keep.find(word[0]) == std::string_view::npos || word[0] == '"';
  };
  while (!range.empty() && edge(range.begin, false)) ++range.begin;
  while (!range.empty() && edge(range.end - 1, true)) --range.end;
  if (range.empty()) return;
  // "Inc." and "e.g." keep their dot; a possessive is no part of a name.
  const bool dotted =
      range.end < doc_.size() && doc_.mark(range.end, '.') && !doc_.at(range.end).spaced &&
      range.end + 1 < doc_.size() && doc_.at(range.end + 1).sentence == doc_.at(range.end).sentence &&
      listed("|inc|corp|ltd|co|jr|sr|", doc_.lower_word(range.end - 1)) && scope_.range.contains(range.end);
  std::string text(doc_.text_of({range.begin, dotted ? range.end + 1 : range.end}));
  if (text.ends_with("'s")) text.resize(text.size() - 2);
  if (text.ends_with("\xE2\x80\x99s")) text.resize(text.size() - 4);
  if (text.ends_with(')') && text.find('(') == std::string::npos) text.pop_back();
  add(std::move(text), range, score);
}

void Phrases::add(std::string text, Range range, int score) {
  if (text.empty()) return;
  if (max_length_ > 0 && !has_pattern_ &&
      (p_.topic == Topic::summary || p_.topic == Topic::generic || p_.topic == Topic::title)) {
    text = shortened(std::move(text), max_length_);
  }
  if (text.empty() || !assertions_.judge(text).empty()) return;
  options_.push_back({std::move(text), range, score});
}

void Phrases::labels(int bonus, std::uint32_t most) {
  std::vector<std::int32_t> ids;
  if (scope_.record) {
    // The name of a table's column stands outside the row.
    for (std::uint32_t i = scope_.range.begin; i < scope_.range.end; ++i) ids.push_back(doc_.value_of(i));
  } else {
    for (const std::uint32_t at : finder_.evidence().anchors(p_, scope_.range, 64, true))
      ids.push_back(doc_.label_of(at));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const std::int32_t id : ids) {
    if (id < 0) continue;
    const Label& label = doc_.labels()[static_cast<std::size_t>(id)];
    const int match = finder_.evidence().label_match(p_, label);
    if (match < 30 || label.value.empty() || label.value.end - label.value.begin > most ||
        !scope_.range.contains(label.value.begin))
      continue;
    add(label.value, 150 + match + bonus - (doc_.at(label.value.begin).instruction ? 60 : 0));
  }
}

bool Phrases::phrase_end(std::uint32_t i) const {
  if (i >= scope_.range.end) return true;
  if (doc_.at(i).kind != TokenKind::mark) return listed(kClauseWords, doc_.lower_word(i));
  const auto word = doc_.word(i);
  return std::string_view(",;.:!?()|[]").find(word) != std::string_view::npos ||
         (high_mark(word) && currency_of(word).empty());
}

Range Phrases::after(std::uint32_t anchor, bool& connected) const {
  const Token& token = doc_.at(anchor);
  std::uint32_t i = anchor + 1;
  connected = false;
  while (i < scope_.range.end && doc_.at(i).sentence == token.sentence) {
    const std::string word = doc_.lower_word(i);
    if (listed(kConnectors, word)) {
      connected = true;
    } else if (!listed(kArticles, word) && !doc_.mark(i, '"')) {
      break;
    }
    ++i;
  }
  std::uint32_t end = i;
  while (end < i + 9 && !phrase_end(end) && doc_.at(end).sentence == token.sentence) ++end;
  return {i, end};
}

Range Phrases::before(std::uint32_t anchor) const {
  const Token& token = doc_.at(anchor);
  std::uint32_t begin = anchor;
  const auto joins = [&](std::uint32_t i) {
    const Token& t = doc_.at(i);
    return t.kind == TokenKind::word && t.sentence == token.sentence && !is_stop_word(doc_.lower_word(i)) &&
           !listed(kClauseWords, doc_.lower_word(i));
  };
  if (begin == scope_.range.begin || !joins(begin - 1)) return {anchor, anchor};
  const bool capital = doc_.at(begin - 1).capital;
  while (begin > scope_.range.begin && anchor - begin < (capital ? 4U : 1U) && joins(begin - 1) &&
         doc_.at(begin - 1).capital == capital)
    --begin;
  return {begin, anchor};
}

void Phrases::beside_words() {
  const auto anchors = finder_.evidence().anchors(p_, scope_.range, 48, true);
  const auto own = finder_.evidence().anchors(p_, scope_.range, 48, false);
  for (const std::uint32_t anchor : anchors) {
    if (doc_.label_of(anchor) >= 0) continue;
    const bool synonym = !std::binary_search(own.begin(), own.end(), anchor);
    int share = 0;
    int total = 0;
    for (const auto& group : p_.groups) {
      total += group.weight;
      const bool near = std::any_of(group.terms.begin(), group.terms.end(), [&](const auto& term) {
        const auto positions = doc_.positions(term.stem);
        const auto it = std::lower_bound(positions.begin(), positions.end(), anchor > 3 ? anchor - 3 : 0);
        return it != positions.end() && *it <= anchor + 2;
      });
      if (near) share += group.weight;
    }
    int score = total > 0 ? 70 * share / total : 0;
    if (synonym) score = score * 3 / 4;
    if (doc_.at(anchor).instruction) score /= 4;
    if (std::binary_search(own.begin(), own.end(), anchor + 1))
      continue;  // the later word leads to the value
    bool connected = false;
    const Range right = after(anchor, connected);
    if (connected && !right.empty()) add(right, score + 6);
    if (!connected && !right.empty() && right.begin == anchor + 1 && doc_.at(right.begin).capital && !synonym)
      add(right, score - 20);
    if (!synonym) {
      const Range left = before(anchor);
      if (!left.empty()) add(left, score - (connected ? 24 : 12));
    }
  }
}

void Phrases::capital_after_words() {
  for (const std::uint32_t anchor : finder_.evidence().anchors(p_, scope_.range, 24, false)) {
    std::uint32_t i = anchor + 1;
    while (i < scope_.range.end && (listed(kConnectors, doc_.lower_word(i)) || doc_.mark(i, '#') ||
                                    listed("|the|number|no|", doc_.lower_word(i))))
      ++i;
    if (i >= scope_.range.end || doc_.at(i).line != doc_.at(anchor).line || doc_.at(i).instruction) continue;
    const bool code =
        doc_.at(i).kind == TokenKind::number || (doc_.at(i).kind == TokenKind::word && doc_.at(i).capital);
    std::uint32_t end = i + 1;
    while (end < scope_.range.end && !doc_.at(end).spaced &&
           (doc_.at(end).kind != TokenKind::mark || doc_.mark(end, '-') || doc_.mark(end, '/')))
      ++end;
    if (code && i - anchor < 5) add({i, end}, 48);
  }
}

void Phrases::residue(int score) {
  const auto& all = finder_.candidates();
  std::vector<bool> taken(scope_.range.end - scope_.range.begin, false);
  const auto take = [&](const auto& items, auto skip) {
    const auto less = [](const auto& item, std::uint32_t at) { return item.range.begin < at; };
    for (auto it = std::lower_bound(items.begin(), items.end(), scope_.range.begin, less);
         it != items.end() && it->range.begin < scope_.range.end; ++it) {
      if (skip(*it)) continue;
      for (std::uint32_t i = it->range.begin; i < std::min(it->range.end, scope_.range.end); ++i)
        taken[i - scope_.range.begin] = true;
    }
  };
  take(all.numbers, [](const Number& n) { return n.inside; });
  take(all.moments, [](const Moment&) { return false; });
  take(all.spans, [](const Span& s) {
    return s.kind == SpanKind::name || s.kind == SpanKind::quoted || s.kind == SpanKind::role ||
           s.kind == SpanKind::hashtag;
  });
  constexpr std::string_view kFiller =
      "|x|each|old|aged|per|ea|cup|cups|tbsp|tsp|tablespoon|tablespoons|teaspoon|teaspoons|piece|pieces|pcs|"
      "units|"
      "unit|qty|pinch|cloves|clove|box|boxes|pack|packs|bottle|bottles|costs|cost|priced|ordered|bought|"
      "scored|total|";
  Range best;
  std::uint32_t best_size = 0;
  std::uint32_t begin = scope_.range.begin;
  for (std::uint32_t i = scope_.range.begin; i <= scope_.range.end; ++i) {
    const bool open = i < scope_.range.end && !taken[i - scope_.range.begin] && doc_.label_of(i) < 0;
    const bool word = open && doc_.at(i).kind == TokenKind::word;
    const std::string text = word ? doc_.lower_word(i) : std::string();
    const bool breaks = !word || listed(kFiller, text) || is_stop_word(text) || unit_of(text).has_value();
    const bool glue = open && !word && i > begin && i + 1 < scope_.range.end &&
                      (doc_.mark(i, '-') || doc_.mark(i, '&') || doc_.mark(i, '/') || doc_.mark(i, '\'')) &&
                      !doc_.at(i + 1).spaced;
    if (!breaks || glue) continue;
    // What follows the quantity is the thing counted.
    const bool counted = begin > scope_.range.begin && taken[begin - 1 - scope_.range.begin];
    const std::uint32_t size = i - begin + (counted && i > begin ? 1 : 0);
    if (size > best_size) {
      best = {begin, i};
      best_size = size;
    }
    begin = i + 1;
  }
  if (!best.empty()) add(best, score);
}

void Phrases::sentences() {
  labels(20);
  const auto anchors = finder_.evidence().anchors(p_, scope_.range, 32, true);
  constexpr std::string_view kTrouble =
      "|not|cannot|broken|error|problem|issue|failed|fails|crashes|crash|damaged|unable|wrong|charged|late|"
      "missing|";
  const std::uint32_t first = doc_.at(scope_.range.begin).sentence;
  const std::uint32_t last = doc_.at(scope_.range.end - 1).sentence;
  const bool trouble = std::any_of(p_.words.begin(), p_.words.end(), [](const auto& w) {
    return w == "issue" || w == "problem" || w == "complaint";
  });
  // What an order or question in the text is about tells which sentence it is after.
  std::vector<std::string> asked;
  for (std::uint32_t i = scope_.range.begin; i < scope_.range.end && asked.size() < 24; ++i) {
    const Token& token = doc_.at(i);
    if (token.instruction && token.kind == TokenKind::word && !is_stop_word(doc_.lower_word(i)))
      asked.push_back(stem(doc_.word(i)));
  }
  constexpr std::uint32_t kMost = 64;
  for (std::uint32_t s = first; s <= last && s < first + kMost; ++s) {
    Range range = doc_.sentences()[s];
    range.begin = std::max(range.begin, scope_.range.begin);
    range.end = std::min(range.end, scope_.range.end);
    const bool greeting = range.end - range.begin < 4;
    if (range.empty() || doc_.at(range.begin).instruction || doc_.label_of(range.begin) >= 0) continue;
    int score = 30 - static_cast<int>(s - first < 10 ? s - first : 10) - (greeting ? 20 : 0);
    for (const auto anchor : anchors) score += range.contains(anchor) ? 12 : 0;
    for (std::uint32_t i = range.begin; trouble && i < range.end; ++i)
      score += listed(kTrouble, doc_.lower_word(i)) || doc_.lower_word(i).ends_with("n't") ? 10 : 0;
    for (const auto& term : asked) {
      const auto positions = doc_.positions(term);
      const auto it = std::lower_bound(positions.begin(), positions.end(), range.begin);
      if (it != positions.end() && *it < range.end) score += 8;
    }
    std::string text(doc_.text_of(range));
    add(std::move(text), {range.begin, range.begin}, std::min(score, 90) + 6);
  }
}

void Phrases::by_pattern() {
  if (!has_pattern_) return;
  std::size_t seen = 0;
  for (std::uint32_t i = scope_.range.begin; i < scope_.range.end && seen < 2000; ++i) {
    if (doc_.at(i).kind == TokenKind::mark || doc_.at(i).instruction || !doc_.at(i).spaced) continue;
    ++seen;
    const int near = finder_.evidence().at(p_, {i, i + 1}, scope_.range);
    if (near > 10 || p_.broad) add({i, i + 1}, near + 15);
  }
}

}  // namespace cogos::engine::builtin
