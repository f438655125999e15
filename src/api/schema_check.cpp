#include "api/schema_check.hpp"

#include "base/json.hpp"

namespace cogos::api {

Result<void> check_against_schema(const std::string& text, const engine::SchemaValidator& validator) {
  const auto value = base::parse_json(text);
  std::string reason = "it is not JSON";
  if (value) {
    const auto valid = validator.validate(*value);
    if (valid) return {};
    reason = valid.error().message();
  }
  return Error(ErrorCode::upstream_schema_violation,
               "the model's answer does not fit the schema; try again or loosen the schema",
               std::move(reason));
}

}  // namespace cogos::api
