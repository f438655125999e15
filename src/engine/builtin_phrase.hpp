#pragma once

#include <string>
#include <vector>

#include "engine/builtin_find.hpp"
#include "engine/schema_assertions.hpp"

namespace cogos::engine::builtin {

/// Collects the pieces of text that a string property may be, and cuts each to what the schema allows. For
/// use within one call; refers to its arguments.
class Phrases {
 public:
  Phrases(const Finder& finder, const Property& property, const Json& schema, Scope scope);

  /// The tokens of `range` as written, without quotes and punctuation around them.
  void add(Range range, int score);
  /// `text` in place of what stands at `range`. Refused if the schema's bounds, format or pattern refuse it.
  void add(std::string text, Range range, int score);

  /// Values of labels that match the property, of at most `most` tokens.
  void labels(int bonus, std::uint32_t most = 4000);
  /// What follows the property's words (`status is open`), or leads up to them (`open status`).
  void beside_words();
  /// The capitalised or numbered word that follows the property's words (`gate B4`, `Room Alpha`).
  void capital_after_words();
  /// In a record: the longest run of words that no number, date or address has taken.
  void residue(int score);
  /// Whole sentences, the ones that bear on the property first.
  void sentences();
  /// Single words and identifiers that match the schema's pattern.
  void by_pattern();

  [[nodiscard]] bool wants_iso() const noexcept { return iso_; }
  [[nodiscard]] std::vector<Option>& options() noexcept { return options_; }

 private:
  Range after(std::uint32_t anchor, bool& connected) const;
  Range before(std::uint32_t anchor) const;
  bool phrase_end(std::uint32_t i) const;

  const Finder& finder_;
  const Document& doc_;
  const Property& p_;
  Scope scope_;
  ScalarAssertions assertions_;
  std::uint64_t max_length_ = 0;  // 0: none
  bool has_pattern_ = false;
  bool iso_ = false;
  std::vector<Option> options_;
};

}  // namespace cogos::engine::builtin
