#include <algorithm>
#include <array>

#include "engine/builtin_find.hpp"
#include "engine/builtin_phrase.hpp"

namespace cogos::engine::builtin {
namespace {

bool wants_part(const Property& p, std::string_view word) {
  return std::find(p.words.begin(), p.words.end(), word) != p.words.end();
}

class TextFinder {
 public:
  TextFinder(const Finder& finder, const Property& property, const Json& schema, Scope scope)
      : finder_(finder),
        doc_(finder.document()),
        all_(finder.candidates()),
        p_(property),
        scope_(scope),
        phrases_(finder, property, schema, scope),
        anchors_(finder.evidence().anchors(property, scope.range, 40, true)) {}

  std::vector<Option> run() {
    switch (p_.topic) {
      case Topic::date:
      case Topic::time:
      case Topic::date_time:
        moments();
        break;
      case Topic::email:
        spans(SpanKind::email, 40, true);
        break;
      case Topic::url:
        spans(SpanKind::url, 40, true);
        break;
      case Topic::phone:
        spans(SpanKind::phone, 40, true);
        break;
      case Topic::address:
        spans(SpanKind::address, 40, true);
        labels(0);
        break;
      case Topic::role:
        labels(10);
        spans(SpanKind::role, 34, true);
        break;
      case Topic::identifier:
        identifiers();
        break;
      case Topic::person:
      case Topic::organisation:
      case Topic::place:
        names();
        break;
      case Topic::title:
        titles();
        break;
      case Topic::currency:
        currencies();
        break;
      case Topic::summary:
        if (scope_.record) phrases_.residue(40);
        if (phrases_.options().empty()) phrases_.sentences();
        break;
      case Topic::generic:
        generic();
        break;
      default:
        quantities();
        labels(-20);
    }
    auto& out = phrases_.options();
    settle(out, scope_);
    const bool typed = p_.topic == Topic::email || p_.topic == Topic::url || p_.topic == Topic::phone;
    if (out.empty() && !typed && p_.topic != Topic::generic) {
      labels(-10);
      if (!p_.broad || p_.topic == Topic::title) phrases_.beside_words();
      settle(out, scope_);
    }
    return std::move(out);
  }

 private:
  void add(Range range, int score) { phrases_.add(range, score); }
  void add(std::string text, Range range, int score) { phrases_.add(std::move(text), range, score); }
  int tie(Range range) const { return finder_.evidence().at(p_, range, scope_.range); }
  bool cued(std::uint32_t at) const {
    if (p_.cue.empty() || at == 0) return false;
    std::uint32_t k = at - 1;
    if (doc_.lower_word(k) == "the" && k > 0) --k;
    return p_.cue.find("|" + doc_.lower_word(k) + "|") != std::string::npos &&
           doc_.at(k).line == doc_.at(at).line;
  }
  void labels(int bonus) { phrases_.labels(bonus); }

  /// Spans of a kind that spelling alone proves; the property's words only choose between several.
  void spans(SpanKind kind, int base, bool sure) {
    for (const std::size_t i : nearby(all_.spans, anchors_, scope_.range)) {
      const Span& span = all_.spans[i];
      if (span.kind != kind) continue;
      const int score = tie(span.range);
      if (score <= 0 && !sure) continue;
      add(span.range, std::max(score, 0) + base + (cued(span.range.begin) ? 25 : 0));
    }
  }

  void moments() {
    const bool wants_date = p_.topic != Topic::time;
    for (const std::size_t i : nearby(all_.moments, anchors_, scope_.range)) {
      const Moment& m = all_.moments[i];
      if ((wants_date && !m.has_date && p_.topic == Topic::date) || (p_.topic == Topic::time && !m.has_time))
        continue;
      int score = std::max(tie(m.range), 0) + (cued(m.range.begin) ? 25 : 0);
      if (score == 0 && !p_.broad && !scope_.record && !(scope_.required && all_.moments.size() == 1))
        continue;
      score += 36;
      const Range range = part_of(m);
      const std::string zone = m.zone.empty() ? "Z" : m.zone;  // a time without a zone is taken as UTC
      const auto iso = [&] {
        if (p_.topic == Topic::date) return m.iso_date();
        if (p_.topic == Topic::time) return m.iso_time() + zone;
        return m.iso_date().empty() || !m.has_time ? std::string() : m.iso_date() + "T" + m.iso_time() + zone;
      }();
      if (phrases_.wants_iso()) {
        if (!iso.empty()) add(iso, range, score);
        if (p_.topic == Topic::time) add(m.iso_time().substr(0, 5), range, score - 1);
      } else {
        add(std::string(doc_.text_of(part_of(m))), range, score);
        if (!iso.empty()) add(iso, range, score - 2);  // where a pattern refuses the text's own form
      }
    }
    if (p_.topic != Topic::time || phrases_.wants_iso()) weekdays();
    if (phrases_.options().empty()) labels(-15);
  }

  /// The part of a moment that is asked for, as it is written.
  Range part_of(const Moment& m) const {
    if (p_.topic == Topic::time) return m.clock;
    if (p_.topic != Topic::date || m.clock.empty() || !m.has_date) return m.range;
    Range range{m.range.begin, m.clock.begin};
    while (!range.empty() && (doc_.mark(range.end - 1, ',') || doc_.mark(range.end - 1, '(') ||
                              doc_.lower_word(range.end - 1) == "at"))
      --range.end;
    return range;
  }

  void weekdays() {
    if (phrases_.wants_iso()) return;
    static constexpr std::array<std::string_view, 9> kDays = {
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tomorrow", "today"};
    for (const auto day : kDays) {
      for (const std::uint32_t at : doc_.positions(stem(day))) {
        if (!scope_.range.contains(at) || doc_.at(at).instruction) continue;
        add({at, at + 1}, std::max(tie({at, at + 1}), 0) + (cued(at) ? 20 : 0) + 6);
        break;
      }
    }
  }

  void identifiers() {
    for (const std::size_t i : nearby(all_.spans, anchors_, scope_.range)) {
      const Span& span = all_.spans[i];
      if (span.kind != SpanKind::identifier) continue;
      const int score = tie(span.range);
      if (score > 0 || p_.broad || scope_.record) add(span.range, std::max(score, 0) + 26);
    }
    for (const std::size_t i : nearby(all_.numbers, anchors_, scope_.range)) {
      const Number& number = all_.numbers[i];
      if (!number.currency.empty() || number.unit.dimension != Dimension::none || number.ordinal) continue;
      const int score = tie(number.core);
      if (score >= 50 && !number.word) add(number.core, score - (number.inside || number.year ? 20 : 0));
    }
    phrases_.labels(10, 5);
    phrases_.capital_after_words();
  }

  void names() {
    const bool first = wants_part(p_, "first") || wants_part(p_, "firstname") || wants_part(p_, "given");
    const bool last = wants_part(p_, "last") || wants_part(p_, "lastname") || wants_part(p_, "surname") ||
                      wants_part(p_, "family");
    labels(5);
    int rank = 12;
    for (const std::size_t i : nearby(all_.spans, anchors_, scope_.range)) {
      const Span& span = all_.spans[i];
      if (span.kind != SpanKind::name) continue;
      int score = class_score(span);
      int near = tie(span.range);
      const bool cue = cued(span.range.begin);
      const bool own = std::any_of(anchors_.begin(), anchors_.end(),
                                   [&](std::uint32_t a) { return span.range.contains(a); });
      if (own) near = std::max(near, 75);  // Dr. in the name says what it is
      if (near <= 0 && !cue && !own && !p_.broad && !first && !last && !scope_.record) continue;
      score += std::clamp(near, -30, 130) + (cue ? 40 : 0) + rank;
      rank = std::max(0, rank - 3);
      if (doc_.at(span.range.begin).instruction) score -= 25;
      Range range = span.range;
      const bool part = (first || last) && !(first && last);
      if (part) {
        if (range.end - range.begin < 2) {
          if (last) continue;
        } else {
          range = first ? Range{range.begin, range.begin + 1} : Range{range.end - 1, range.end};
        }
      }
      add(range, score);
    }
    for (const std::size_t i : nearby(all_.spans, anchors_, scope_.range)) {
      if (all_.spans[i].kind == SpanKind::quoted && tie(all_.spans[i].range) > 50)
        add(all_.spans[i].range, tie(all_.spans[i].range));
    }
    if (scope_.record) phrases_.residue(24);
  }

  int class_score(const Span& span) const {
    const int person = span.person;
    const int organisation = span.organisation;
    const int place = span.place;
    switch (p_.topic) {
      case Topic::person:
        return person - organisation - place / 3;
      case Topic::organisation:
        return organisation - person / 2 - place / 3;
      default:
        return place - organisation - person / 2;
    }
  }

  void titles() {
    labels(15);
    for (const std::size_t i : nearby(all_.spans, anchors_, scope_.range)) {
      const Span& span = all_.spans[i];
      const int near = tie(span.range);
      if (span.kind == SpanKind::quoted) add(span.range, std::max(near, 0) + 40);
      if (span.kind == SpanKind::name && (near > 20 || scope_.record))
        add(span.range, near + 5 - span.person / 2);
    }
    if (scope_.record) phrases_.residue(26);
    phrases_.beside_words();
  }

  void currencies() {
    for (const std::size_t k : nearby(all_.numbers, {}, scope_.range)) {
      const Number& number = all_.numbers[k];
      if (number.currency.empty()) continue;
      for (std::uint32_t i = number.range.begin; i < number.range.end; ++i) {
        if (currency_of(doc_.lower_word(i)).empty()) continue;
        const bool code = lower(number.currency) == doc_.lower_word(i);
        // Three letters are asked for more often than the sign; the code is what the sign stands for.
        add(std::string(number.currency), {i, i}, code ? 90 : 60);
        add({i, i + 1}, 50);
      }
      if (phrases_.options().size() > 8) break;
    }
  }

  void quantities() {
    for (const std::size_t i : nearby(all_.numbers, anchors_, scope_.range)) {
      const Number& number = all_.numbers[i];
      if (number.inside) continue;
      const bool money = !number.currency.empty();
      const bool unit = number.unit.dimension != Dimension::none;
      const bool suits = p_.topic == Topic::money  ? money
                         : p_.topic == Topic::year ? number.year
                                                   : p_.topic == Topic::count || p_.topic == Topic::age ||
                                                         p_.topic == Topic::rating || unit;
      if (!suits || (p_.topic != Topic::money && money)) continue;
      const int near = tie(number.range);
      if (near <= 0 && !p_.broad && !scope_.record) continue;
      add(p_.topic == Topic::age ? number.core : number.range, std::max(near, 12) + 24);
    }
  }

  void generic() {
    labels(20);
    const bool any_text = std::any_of(p_.words.begin(), p_.words.end(), [](const auto& w) {
      return w == "text" || w == "answer" || w == "content" || w == "result";
    });
    if (any_text && !scope_.record) return phrases_.sentences();
    if (scope_.record) phrases_.residue(p_.broad ? 34 : 16);
    for (const std::size_t i : nearby(all_.spans, anchors_, scope_.range)) {
      const Span& span = all_.spans[i];
      const int near = tie(span.range);
      if (span.kind == SpanKind::quoted && near > 20) add(span.range, near + 12);
      if (span.kind == SpanKind::name && p_.broad) {
        add(span.range,
            std::max(near, 0) + (scope_.record ? 40 : 22) + span.person / 4 + span.organisation / 4);
      } else if (span.kind == SpanKind::name && near > 60) {
        add(span.range, near - 40);
      }
      if (span.kind == SpanKind::identifier && near > 60) add(span.range, near - 30);
    }
    phrases_.beside_words();
    phrases_.by_pattern();
  }

  const Finder& finder_;
  const Document& doc_;
  const Candidates& all_;
  const Property& p_;
  Scope scope_;
  Phrases phrases_;
  std::vector<std::uint32_t> anchors_;
};

}  // namespace

std::vector<Option> Finder::strings(const Property& property, const Json& schema, Scope scope) const {
  return TextFinder(*this, property, schema, scope).run();
}

}  // namespace cogos::engine::builtin
