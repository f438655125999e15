#include "cli/table.hpp"

#include <algorithm>
#include <ostream>

#include "cli/report.hpp"

namespace cogos::cli {
namespace {

/// Characters, not bytes, for labels beyond ASCII.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// The member `name` of an answer where that is an array of objects; null otherwise.
const Json* list_of_objects(const Json& answer, const char* name) {
  const auto list = answer.find(name);
  if (list == answer.end() || !list->is_array()) return nullptr;
  const bool objects =
      std::all_of(list->begin(), list->end(), [](const Json& one) { return one.is_object(); });
  return objects ? &*list : nullptr;
}

}  // namespace

void print_table(const std::vector<TableRow>& rows, std::ostream& out) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const TableRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const TableRow& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      out << row[i] << std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    out << row.back() << '\n';
  }
}

std::string cell(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return "-";
  return printable(found->is_string() ? found->get_ref<const std::string&>() : found->dump());
}

int show_list(const Result<Json>& answer, const char* name, bool json, TableRow headings,
              TableRow (*row_of)(const Json&), CommandContext& context) {
  if (!answer) return refuse(context, answer.error());
  const Json* list = list_of_objects(*answer, name);
  if (list == nullptr) {
    complain(context, std::string("the server's answer holds no list of ") + name);
    return kUnusable;
  }
  if (json) {
    print_json(context, *answer);
    return kDone;
  }
  std::vector<TableRow> rows{std::move(headings)};
  for (const Json& one : *list) rows.push_back(row_of(one));
  print_table(rows, context.out);
  return kDone;
}

}  // namespace cogos::cli
