#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "cli/context.hpp"
#include "cogos/result.hpp"

namespace cogos::cli {

using TableRow = std::vector<std::string>;

/// Columns as wide as their widest cell, the last one left as it is. `rows` begins with the headings; all
/// have as many cells.
void print_table(const std::vector<TableRow>& rows, std::ostream& out);

/// A member of an answer's object as a cell, safe for a terminal; `-` where it is absent or null.
[[nodiscard]] std::string cell(const Json& object, const char* name);

/// What a command that lists something does with its answer: `name` is the member with the list, `headings`
/// and `row_of` make the table, which `json` replaces by the answer itself. The program's exit code.
[[nodiscard]] int show_list(const Result<Json>& answer, const char* name, bool json, TableRow headings,
                            TableRow (*row_of)(const Json&), CommandContext& context);

}  // namespace cogos::cli
