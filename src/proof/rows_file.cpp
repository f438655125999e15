#include "proof/rows_file.hpp"

#include <string>

namespace cogos::proof {
namespace {

Error unreadable(std::string why) {
  return {ErrorCode::unreadable_input, "the rows could not be read: " + std::move(why)};
}

/// One document: an array of rows, or an object with them in `rows`.
bool take_document(const Json& document, const std::function<void(const Json&)>& take) {
  const Json* rows = &document;
  if (document.is_object()) {
    const auto found = document.find("rows");
    if (found == document.end()) return false;
    rows = &*found;
  }
  if (!rows->is_array()) return false;
  for (const Json& row : *rows) take(row);
  return true;
}

constexpr std::string_view kWrongShape =
    "give an array of rows, or answers of GET /v1/audit as received, one JSON a line";

Result<void> take_lines(std::string_view text, const std::function<void(const Json&)>& take) {
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto document = base::parse_json(line);
    const std::string place = "line " + std::to_string(number) + ": ";
    if (!document) return unreadable(place + document.error().message());
    if (!take_document(*document, take)) return unreadable(place + std::string(kWrongShape));
  }
  return {};
}

}  // namespace

Result<void> for_each_row(std::string_view text, const std::function<void(const Json&)>& take) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return unreadable("the text is empty");
  // Several documents are one a line; one document may be spread over lines.
  const auto first_line = text.substr(0, text.find('\n'));
  if (first_line.size() < text.size() && base::parse_json(first_line)) return take_lines(text, take);
  const auto document = base::parse_json(text);
  if (!document) return unreadable(document.error().message());
  if (!take_document(*document, take)) return unreadable(std::string(kWrongShape));
  return {};
}

}  // namespace cogos::proof
