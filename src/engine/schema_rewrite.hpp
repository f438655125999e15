#pragma once

#include "base/json.hpp"

namespace cogos::engine {

inline constexpr std::size_t kMaxSchemaValues = 20'000;  ///< JSON values in a schema, at any level.
inline constexpr std::size_t kMaxSchemaDepth = 48;       ///< Nesting of JSON containers in a schema.
inline constexpr std::size_t kMaxSchemaProperties = 2'000;

/// Where a schema stands in the request that errors name.
inline constexpr std::string_view kSchemaParam = "response_format.json_schema.schema";

/// The member that carries, in a rewritten schema, what the validator checks by itself: an object of
/// `weight`, and any of `pattern`, `format`, `min_length`, `max_length`, `multiple_of`.
inline constexpr std::string_view kOwnKeyword = "cogos";

/// A schema in the subset of draft 7 that valijson judges exactly, and what its values must respect for that.
struct RewrittenSchema {
  Json schema;
  bool unique_items = false;        ///< Some array must have unique items: comparing them is quadratic.
  bool pattern_properties = false;  ///< Member names are matched by backtracking expressions.
};

/// Draft 4 to 2020-12 in, draft 7 out. Annotations go; `$ref` targets move to `definitions`; `prefixItems`,
/// `dependentRequired`, `dependentSchemas` and boolean `exclusive*` take their draft-7 form. Refuses with
/// invalid_request and the place of the fault: what is malformed, over the limits, not supported though it
/// asserts something (`unevaluatedProperties`, `$dynamicRef`, …), a reference that is not a local `#/…` or
/// leads nowhere, and references that recur without descending into the value. O(size of the schema).
[[nodiscard]] Result<RewrittenSchema> rewrite_schema(const Json& schema);

/// The value at a local reference (`#`, `#/a/b`; RFC 6901 in a URI fragment); null if there is none.
[[nodiscard]] const Json* resolve_local_ref(const Json& root, std::string_view reference);

}  // namespace cogos::engine
