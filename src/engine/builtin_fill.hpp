#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/builtin_find.hpp"
#include "engine/builtin_schema.hpp"

namespace cogos::engine::builtin {

/// What became of a schema.
struct Filled {
  std::optional<Json> value;  ///< Empty: nothing in the text, and nothing in the schema, may stand there.
  int found = 0;              ///< Scalars that came from the text.
  std::string missing;        ///< Where value is empty: the path of the required property to blame, `a.b`.
};

/// Fills schemas from one document. For use within one call; refers to its arguments.
class Filler {
 public:
  Filler(const Finder& finder, SchemaView& view) : finder_(finder), doc_(finder.document()), view_(view) {}

  /// `name` is the property's, empty at the root; `outer` the words of the objects around it.
  Filled fill(const std::string& name, const Json& schema, Scope scope, const std::vector<std::string>& outer,
              int depth);

 private:
  struct Slot {
    std::string name;
    const Json* schema = nullptr;
    const Property* property = nullptr;
    std::vector<Option> options;
    bool required = false;
    bool scalar = false;
    bool chosen = false;
  };

  Filled object(const Json& schema, Scope scope, const std::vector<std::string>& outer, int depth);
  Filled array(const std::string& name, const Json& schema, Scope scope,
               const std::vector<std::string>& outer, int depth);
  Filled alternatives(const std::string& name, const Json& schema, Scope scope,
                      const std::vector<std::string>& outer, int depth);
  void choose(std::vector<Slot>& slots, Filled& out);
  std::optional<Json> fallback(const Json& schema);

  /// True if the schema is a scalar, or a choice between scalars; `options` then has what the text offers.
  bool scalar_options(const Property& property, const Json& schema, Scope scope,
                      std::vector<Option>& options);
  bool is_scalar(const Json& schema);

  const Property& property(const std::string& name, const Json& schema,
                           const std::vector<std::string>& outer);

  // Lists, in builtin_fill_list.cpp.
  std::vector<Json> scalar_items(const Property& property, const Json& items, Scope scope);
  std::vector<Range> list_pieces(const Property& property, Scope scope) const;
  std::vector<Json> record_items(const std::string& name, const Property& property, const Json& items,
                                 Scope scope, const std::vector<std::string>& outer, int depth, int& found);
  std::vector<std::vector<Range>> segmentations(const Property& property, Scope scope) const;

  const Finder& finder_;
  const Document& doc_;
  SchemaView& view_;
  std::map<std::pair<const Json*, std::string>, Property> properties_;
  int records_left_ = 3000;  // bounds the work of nested lists
};

}  // namespace cogos::engine::builtin
