#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace cogos::engine::builtin {

/// Reads a schema that SchemaValidator::compile has accepted: references followed and `allOf` merged. The
/// root must outlive it; what it returns lives as long as it does.
class SchemaView {
 public:
  explicit SchemaView(const Json& root) : root_(root) {}

  /// The schema that `schema` amounts to; `{}` for booleans.
  const Json& effective(const Json& schema);

  /// The alternatives of `anyOf` or `oneOf`, each merged with what stands beside them; empty if there are
  /// none.
  const std::vector<const Json*>& alternatives(const Json& effective);

 private:
  Json merged(const Json& schema, int depth) const;

  const Json& root_;
  std::deque<Json> made_;
  std::map<const Json*, const Json*> effective_;  // looked up only
  std::map<const Json*, std::vector<const Json*>> alternatives_;
};

/// The types that a schema allows, in its own order; guessed from other keywords where `type` is missing,
/// then `string`.
[[nodiscard]] std::vector<std::string> types_of(const Json& effective);

[[nodiscard]] std::string text_member(const Json& object, const char* key);

}  // namespace cogos::engine::builtin
