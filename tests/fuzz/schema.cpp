// JSON Schemas and values: every schema is taken or refused with a place, and judging a value ends, twice the
// same.
#include "engine/schema_validator.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  // The schema on the first line, the value after it.
  fuzz::Fields fields(fuzz::text(data, size));
  const auto schema = base::parse_json(fields.next());
  if (!schema) return 0;
  const auto validator = engine::SchemaValidator::compile(*schema);
  if (!validator) {
    expect(validator.error().code() == ErrorCode::invalid_request, "a bad schema is a 400, never a 500");
    expect(!validator.error().message().empty(), "a refusal says why");
    return 0;
  }
  const auto value = base::parse_json(fields.rest());
  if (!value) return 0;
  const auto first = validator->validate(*value);
  const auto copy = *validator;
  expect(copy.validate(*value).has_value() == first.has_value(), "a judgement does not change");
  if (!first) expect(first.error().code() == ErrorCode::validation_failed, "a refusal is a judgement");
  if (schema->is_object() && schema->empty()) expect(first.has_value(), "the empty schema takes everything");
  return 0;
}
