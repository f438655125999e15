#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace cogos::cli {

using TableRow = std::vector<std::string>;

/// Columns as wide as their widest cell, the last one left as it is. `rows` begins with the headings; all
/// have as many cells.
void print_table(const std::vector<TableRow>& rows, std::ostream& out);

/// A member of an answer's object as a cell, safe for a terminal; `-` where it is absent or null.
[[nodiscard]] std::string cell(const Json& object, const char* name);

/// The member `name` of an answer where that is an array of objects; null otherwise.
[[nodiscard]] const Json* list_of_objects(const Json& answer, const char* name);

}  // namespace cogos::cli
