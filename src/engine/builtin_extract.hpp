#pragma once

#include <span>
#include <string>

#include "base/json.hpp"
#include "engine/inference_engine.hpp"

namespace cogos::engine::builtin {

/// A value that validates against `schema`, made of what the conversation says: of the user's messages; only
/// where those hold nothing for it, of the system's and developer's too, and last of the assistant's.
///
/// Strings are pieces of the text as it stands, save: dates and times in ISO 8601 where a format, pattern or
/// description asks for it (a time without a zone counts as UTC), currency codes for currency signs, and what
/// the schema itself spells (enum, const, default). Numbers are read with their scale words and converted
/// only between units that convert exactly.
///
/// Fails with invalid_request for a schema that SchemaValidator refuses, and with schema_unsatisfiable,
/// naming the property (`param`: `customer.email`), where the text lacks what is required. Pure,
/// deterministic, about linear in the text.
[[nodiscard]] Result<Json> extract(const Json& schema, std::span<const Message> messages);

/// The sentences of the conversation that bear most on the last user message, in their own order; a plain
/// statement that there are none where there is nothing to quote. Pure, deterministic, linear.
[[nodiscard]] std::string quote_answer(std::span<const Message> messages);

}  // namespace cogos::engine::builtin
