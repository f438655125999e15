// Arrays: lists in a sentence, bullet lists, repeated spans, and records that repeat.
#include <algorithm>

#include "engine/builtin_fill.hpp"
#include "engine/builtin_lists.hpp"
#include "engine/builtin_phrase.hpp"

namespace cogos::engine::builtin {
namespace {

constexpr std::size_t kMaxPieces = 500;

/// Cuts at commas, semicolons, bars and at `and`, `or`, `&`.
std::vector<Range> split_list(const Document& doc, Range range) {
  std::vector<Range> out;
  std::uint32_t begin = range.begin;
  const auto close = [&](std::uint32_t end) {
    while (begin < end && listed("|and|or|the|a|an|also|some|both|", doc.lower_word(begin))) ++begin;
    if (begin < end && out.size() < kMaxPieces) out.push_back({begin, end});
    begin = end + 1;
  };
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const std::string word = doc.lower_word(i);
    const bool tight = word == "/" && !doc.at(i).spaced;
    if (word == "," || word == ";" || word == "|" || word == "and" || word == "or" ||
        (word == "&" && doc.at(i).spaced && !doc.at(i - 1).capital) || (word == "/" && !tight) ||
        word == "\xE2\x80\xA2")
      close(i);
  }
  close(range.end);
  return out;
}

}  // namespace

std::vector<Range> Filler::list_pieces(const Property& p, Scope scope) const {
  const auto bullets_from = [&](std::uint32_t line) {
    std::vector<Range> out;
    Range content;
    while (line < doc_.lines().size() && out.size() < kMaxPieces &&
           scope.range.contains(doc_.lines()[line].begin) && doc_.bullet(line, content)) {
      out.push_back(content);
      ++line;
    }
    return out;
  };
  std::vector<Range> best;
  for (const std::uint32_t anchor : finder_.evidence().anchors(p, scope.range, 48, true)) {
    const Token& token = doc_.at(anchor);
    const Range line = doc_.lines()[token.line];
    // A heading, and the bullets under it.
    const bool heading = doc_.mark(line.end - 1, ':') || line.end - line.begin <= 4;
    if (heading) {
      auto bullets = bullets_from(token.line + 1);
      if (!bullets.empty()) return bullets;
    }
    if (const std::int32_t id = doc_.label_of(anchor); id >= 0) {
      const Label& label = doc_.labels()[static_cast<std::size_t>(id)];
      if (finder_.evidence().label_match(p, label) >= 40 && !label.value.empty())
        return split_list(doc_, label.value);
      continue;
    }
    if (token.instruction) continue;
    std::uint32_t i = anchor + 1;
    bool led = false;
    const Range sentence = doc_.sentences()[token.sentence];
    while (i < sentence.end &&
           (listed("|is|are|were|was|include|includes|included|including|such|as|like|in|with|of|:|being|the|"
                   "following|by|from|were|has|have|for|",
                   doc_.lower_word(i)) ||
            (doc_.mark(i, ',') && listed("|including|such|like|", doc_.lower_word(i + 1))))) {
      led = true;
      ++i;
    }
    if (!led)
      led = doc_.lower_word(anchor) != p.name && i < sentence.end && doc_.at(anchor).kind == TokenKind::word;
    std::uint32_t end = i;
    while (end < sentence.end &&
           !listed("|.|(|)|!|?|;|who|which|that|because|while|but|for|at|on|so|where|when|to|with|from|",
                   doc_.lower_word(end)))
      ++end;
    auto pieces = split_list(doc_, {i, end});
    // A list is short things; a long piece is the sentence going on.
    const auto running =
        std::find_if(pieces.begin(), pieces.end(), [](Range r) { return r.end - r.begin > 6; });
    pieces.erase(running, pieces.end());
    if (led && pieces.size() > best.size()) best = std::move(pieces);
  }
  return best;
}

std::vector<Json> Filler::scalar_items(const Property& p, const Json& items, Scope scope) {
  std::vector<Json> out;
  const auto& all = finder_.candidates();
  std::vector<Option> options;
  if (const auto values = items.find("enum"); values != items.end()) {
    options = finder_.choices(p, *values, scope);
  } else if (const auto types = types_of(items);
             std::find(types.begin(), types.end(), "string") == types.end()) {
    const bool integer = std::find(types.begin(), types.end(), "number") == types.end();
    // One sentence or label holds the series: the one that holds most.
    std::vector<Option> best;
    for (const std::uint32_t anchor : finder_.evidence().anchors(p, scope.range, 16, true)) {
      Scope own = scope;
      own.record = true;
      own.range = doc_.sentences()[doc_.at(anchor).sentence];
      if (const std::int32_t id = doc_.label_of(anchor); id >= 0)
        own.range = doc_.labels()[static_cast<std::size_t>(id)].value;
      if (own.range.empty() || doc_.at(own.range.begin).instruction) continue;
      Property plain = p;
      if (plain.topic == Topic::count) plain.topic = Topic::generic;
      auto found = finder_.numbers(plain, items, own, integer);
      if (found.size() < 8) {
        if (found.size() > best.size()) best = std::move(found);
        continue;
      }
      // Finder gives the best few; a longer series is read piece by piece.
      std::vector<Option> series;
      for (const Range piece : split_list(doc_, own.range)) {
        own.range = piece;
        for (auto& one : finder_.numbers(plain, items, own, integer)) series.push_back(std::move(one));
      }
      if (series.size() > best.size()) best = std::move(series);
    }
    options = std::move(best);
  } else {
    Phrases phrases(finder_, p, items, scope);
    const auto spans = [&](SpanKind kind) {
      for (const auto& span : all.spans) {
        if (span.kind == kind && scope.range.contains(span.range.begin) &&
            phrases.options().size() < kMaxPieces)
          phrases.add(span.range, 50);
      }
    };
    if (p.topic == Topic::email) spans(SpanKind::email);
    if (p.topic == Topic::url) spans(SpanKind::url);
    if (p.topic == Topic::phone) spans(SpanKind::phone);
    if (p.topic == Topic::date) {
      for (const auto& m : all.moments) {
        if (!m.has_date || !scope.range.contains(m.range.begin) || phrases.options().size() >= kMaxPieces)
          continue;
        if (phrases.wants_iso())
          phrases.add(m.iso_date(), m.range, 50);
        else
          phrases.add(m.range, 50);
      }
    }
    const bool typed =
        p.topic == Topic::email || p.topic == Topic::url || p.topic == Topic::phone || p.topic == Topic::date;
    if (!typed) {
      for (const Range piece : list_pieces(p, scope)) phrases.add(piece, 50);
      const bool tags = std::find(p.words.begin(), p.words.end(), "tags") != p.words.end() ||
                        std::find(p.words.begin(), p.words.end(), "hashtags") != p.words.end();
      if (phrases.options().empty() && tags) spans(SpanKind::hashtag);
      if (phrases.options().empty() && p.topic == Topic::identifier) spans(SpanKind::identifier);
      const bool named =
          p.topic == Topic::person || p.topic == Topic::organisation || p.topic == Topic::place;
      for (const auto& span : all.spans) {
        if (!named || phrases.options().size() >= kMaxPieces) break;
        if (span.kind != SpanKind::name || !scope.range.contains(span.range.begin) ||
            doc_.at(span.range.begin).instruction)
          continue;
        const bool already = std::any_of(phrases.options().begin(), phrases.options().end(),
                                         [&](const Option& o) { return o.score == 50; });
        if (already) break;
        const int kind = p.topic == Topic::person         ? span.person - span.organisation
                         : p.topic == Topic::organisation ? span.organisation - span.person
                                                          : span.place - span.organisation;
        if (kind >= 15) phrases.add(span.range, 40);
      }
      if (phrases.options().empty()) {
        Range content;
        for (std::uint32_t line = 0; line < doc_.lines().size() && p.topic == Topic::generic; ++line) {
          if (scope.range.contains(doc_.lines()[line].begin) && doc_.bullet(line, content) &&
              phrases.options().size() < kMaxPieces)
            phrases.add(content, 40);
        }
      }
    }
    options = std::move(phrases.options());
  }
  std::stable_sort(options.begin(), options.end(),
                   [](const Option& a, const Option& b) { return a.range.begin < b.range.begin; });
  out.reserve(out.size() + options.size());
  for (auto& option : options) out.push_back(std::move(option.value));
  return out;
}

std::vector<std::vector<Range>> Filler::segmentations(const Property& p, Scope scope) const {
  std::vector<std::vector<Range>> out;
  const auto& lines = doc_.lines();
  const auto in = [&](Range r) {
    return scope.range.contains(r.begin) && r.end <= scope.range.end && !r.empty();
  };
  const std::uint32_t first = doc_.at(scope.range.begin).line;
  const std::uint32_t last = doc_.at(scope.range.end - 1).line;
  std::vector<Range> bullets;
  std::vector<Range> plain;
  std::vector<Range> blocks;
  std::string block_key;
  Range content;
  for (std::uint32_t line = first; line <= last && plain.size() < kMaxPieces; ++line) {
    if (!in(lines[line]) || doc_.at(lines[line].begin).instruction) continue;
    if (doc_.bullet(line, content)) bullets.push_back(content);
    plain.push_back(lines[line]);
    // Blocks of labelled lines start wherever the first label comes back.
    const bool labelled = doc_.label_of(lines[line].begin) >= 0;
    const std::string key = labelled ? doc_.lower_word(lines[line].begin) : std::string();
    if (block_key.empty()) block_key = key;
    if (!key.empty() && key == block_key)
      blocks.push_back(lines[line]);
    else if (!blocks.empty())
      blocks.back().end = lines[line].end;
  }
  if (!bullets.empty()) out.push_back(std::move(bullets));
  if (blocks.size() > 1) out.push_back(std::move(blocks));
  if (plain.size() > 1) out.push_back(std::move(plain));
  std::vector<Range> sentences;
  std::vector<Range> clauses;
  std::vector<Range> broad;
  const std::uint32_t from = doc_.at(scope.range.begin).sentence;
  const std::uint32_t to = doc_.at(scope.range.end - 1).sentence;
  for (std::uint32_t s = from; s <= to && sentences.size() < kMaxPieces; ++s) {
    Range range = doc_.sentences()[s];
    range.begin = std::max(range.begin, scope.range.begin);
    range.end = std::min(range.end, scope.range.end);
    if (range.empty() || doc_.at(range.begin).instruction) continue;
    sentences.push_back(range);
    // After a colon, or after the label that names the list, only the list itself counts.
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      if (doc_.mark(i, ':') && (i + 1 == range.end || doc_.at(i + 1).spaced)) {
        range.begin = std::min(i + 1, range.end);
        break;
      }
    }
    for (const Range piece : split_list(doc_, range)) {
      if (clauses.size() < kMaxPieces) clauses.push_back(piece);
    }
    std::uint32_t begin = range.begin;
    for (std::uint32_t i = range.begin; i <= range.end; ++i) {
      if (i < range.end && !doc_.mark(i, ';') && !(doc_.lower_word(i) == "and" && i > begin + 2)) continue;
      if (i > begin && broad.size() < kMaxPieces) broad.push_back({begin, i});
      begin = i + 1;
    }
  }
  static_cast<void>(p);
  out.push_back(std::move(clauses));
  out.push_back(std::move(broad));
  if (sentences.size() > 1) out.push_back(sentences);
  return out;
}

std::vector<Json> Filler::record_items(const std::string& name, const Property& p, const Json& items,
                                       Scope scope, const std::vector<std::string>& outer, int depth,
                                       int& found) {
  std::vector<Json> best;
  int best_found = 0;
  const auto members = items.find("properties");
  const int wanted = members != items.end() ? std::max(1, (static_cast<int>(members->size()) + 1) / 2) : 1;
  for (const auto& segments : segmentations(p, scope)) {
    std::vector<Json> made;
    int made_found = 0;
    for (const Range segment : segments) {
      if (records_left_-- <= 0) break;
      Filled one = fill(name, items, Scope{segment, true, false}, outer, depth + 1);
      if (!one.value || !one.value->is_object() || one.found < wanted) continue;
      made_found += one.found;
      made.push_back(std::move(*one.value));
    }
    if (made_found > best_found) {
      best = std::move(made);
      best_found = made_found;
    }
  }
  if (best.empty() && !scope.record) {
    Filled one = fill(name, items, scope, outer, depth + 1);
    if (one.value && one.value->is_object() && one.found >= wanted) {
      best_found = one.found;
      best.push_back(std::move(*one.value));
    }
  }
  found = best_found;
  return best;
}

}  // namespace cogos::engine::builtin
