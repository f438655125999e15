#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cogos/canonical_json.hpp"
#include "cogos/result.hpp"

namespace cogos {

using Json = nlohmann::json;

namespace base {

/// Parses JSON that nobody vouches for, under the rules of canonicalize_json. The error's message says where
/// and why in words fit for the sender.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

/// RFC 8785 form of `value`. `value` must come from parse_json or be built from valid UTF-8 and finite
/// numbers; integers beyond 2^53 are spelt as the double nearest to them, as JCS demands.
[[nodiscard]] std::string canonical(const Json& value);
void append_canonical(const Json& value, std::string& out);

/// One JSON string, quotes included.
void append_json_string(std::string_view text, std::string& out);

/// RFC 8785 §3.2.3: the order of two member names, by their UTF-16 code units. Both are valid UTF-8.
[[nodiscard]] bool utf16_less(std::string_view a, std::string_view b) noexcept;

}  // namespace base
}  // namespace cogos
