#pragma once

#include <memory>

#include "base/json.hpp"

namespace cogos::engine {

/// A JSON Schema made ready to judge values. Copies share the compiled form; validate() may be called from
/// any number of threads at once.
class SchemaValidator {
 public:
  /// Understands what rewrite_schema understands, with its limits; `format` is asserted for `date`, `time`,
  /// `date-time`, `email`, `uri`, `uuid`, `ipv4` and ignored otherwise. Fails with invalid_request, whose
  /// message names the place in the schema. Throws nothing but std::bad_alloc.
  [[nodiscard]] static Result<SchemaValidator> compile(const Json& schema);

  /// Fails with validation_failed; the message gives the value's path (`$.items[2].price`) and the reason.
  /// The work is bounded: a value whose judgement needs more than half a million steps fails, and so does an
  /// array of more than 4096 items under a schema that asks for unique ones. Numbers are compared by value,
  /// so 5.0 is an integer and equals 5.
  [[nodiscard]] Result<void> validate(const Json& value) const;

 private:
  struct Impl;
  explicit SchemaValidator(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace cogos::engine
