#pragma once

#include <vector>

#include "engine/builtin_property.hpp"
#include "engine/builtin_text.hpp"

namespace cogos::engine::builtin {

/// How strongly a document ties a place in it to a property: by the property's words near it, and by labels.
/// Scores are integers, about 100 for the property's words right beside the place, 0 for no tie.
class Evidence {
 public:
  explicit Evidence(const Document& document) : doc_(document) {}

  /// O(words x log n).
  [[nodiscard]] int at(const Property& property, Range place, Range scope) const;

  /// 0 to 100: how well a label's words are the property's. Words on either side without a partner cost.
  [[nodiscard]] int label_match(const Property& property, const Label& label) const;

  /// Positions of the property's words in scope, ascending, at most `limit`; synonyms only if asked for.
  [[nodiscard]] std::vector<std::uint32_t> anchors(const Property& property, Range scope, std::size_t limit,
                                                   bool synonyms) const;

  /// Whether something denies what stands at `place`: not, no, without, declined, … in the same clause.
  [[nodiscard]] bool negated(Range place) const;

 private:
  [[nodiscard]] int group_at(const WordGroup& group, Range place, Range scope) const;
  [[nodiscard]] int proximity(std::uint32_t anchor, Range place) const;

  const Document& doc_;
};

}  // namespace cogos::engine::builtin
