#pragma once

#include <string>

#include "engine/schema_validator.hpp"

namespace cogos::api {

/// Whatever an engine promises, its text counts as schema-enforced only once it was checked here: JSON that
/// fits the schema. Fails with upstream_schema_violation; why is in the detail.
[[nodiscard]] Result<void> check_against_schema(const std::string& text,
                                                const engine::SchemaValidator& validator);

}  // namespace cogos::api
