#include "proof/rows_file.hpp"

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace cogos::proof {
namespace {

Error unreadable(std::string why) {
  return {ErrorCode::unreadable_input, "the rows could not be read: " + std::move(why)};
}

constexpr std::string_view kWrongShape =
    "give an array of rows, or answers of GET /v1/audit as received, one JSON a line";

/// After the end of the string that begins at `at`; npos where it has none.
std::size_t after_string(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size()) {
    at = text.find_first_of("\"\\", at);
    if (at == std::string_view::npos) return at;
    if (text[at] == '"') return at + 1;
    at += 2;
  }
  return std::string_view::npos;
}

/// After the end of the object that begins at `at`, brackets counted and strings skipped; npos where it has
/// none.
std::size_t after_object(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    at = text.find_first_of("\"{}", at);
    if (at == std::string_view::npos) return at;
    if (text[at] == '"') {
      at = after_string(text, at);
      continue;
    }
    if (text[at++] == '{') {
      ++depth;
    } else if (--depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// A document with its rows taken out: each object that lies right in the document's array, or in an array
/// right in the document's object, stands in `frame` as its number among them, in an array of its own.
struct Cut {
  std::string frame;
  std::vector<std::string_view> rows;
};

std::optional<Cut> cut_rows(std::string_view text) {
  Cut cut;
  std::string open;  // the brackets that are open, outermost first
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    const bool row = c == '{' && (open == "[" || open == "{[");
    std::size_t end = at + 1;
    if (row) {
      end = after_object(text, at);
    } else if (c == '"') {
      end = after_string(text, at);
    } else if (c == '{' || c == '[') {
      open += c;
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    }
    if (end == std::string_view::npos) return std::nullopt;
    if (row) {
      cut.frame += "{\"row\":" + std::to_string(cut.rows.size()) + "}";
      cut.rows.push_back(text.substr(at, end - at));
    } else {
      cut.frame.append(text, at, end - at);
    }
    at = end;
  }
  return cut;
}

/// One document: an array of rows, or an object with them in `rows`.
Result<void> take_document(std::string_view text, const std::function<void(std::string_view)>& take) {
  const auto cut = cut_rows(text);
  if (!cut) return Error(ErrorCode::unreadable_input, "the text ends within a row or a string");
  const auto frame = base::parse_json(cut->frame);
  if (!frame) return frame.error();
  const Json* rows = &*frame;
  if (frame->is_object()) {
    const auto found = frame->find("rows");
    if (found != frame->end()) rows = &*found;
  }
  if (!rows->is_array()) return Error(ErrorCode::unreadable_input, std::string(kWrongShape));
  for (const Json& row : *rows) {
    if (row.is_object()) {
      // Every object at this depth is one that was put there for a row.
      take(cut->rows.at(row.at("row").get<std::size_t>()));
    } else {
      take(base::canonical(row));
    }
  }
  return {};
}

Result<void> take_lines(std::string_view text, const std::function<void(std::string_view)>& take) {
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (const auto taken = take_document(line, take); !taken) {
      return unreadable("line " + std::to_string(number) + ": " + taken.error().message());
    }
  }
  return {};
}

/// Whether the first line is a document by itself, so that the others are too.
bool is_by_lines(std::string_view text) {
  const auto first_line = text.substr(0, text.find('\n'));
  if (first_line.size() == text.size()) return false;
  const auto cut = cut_rows(first_line);
  return cut && base::parse_json(cut->frame);
}

}  // namespace

Result<void> for_each_row(std::string_view text, const std::function<void(std::string_view)>& take) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return unreadable("the text is empty");
  if (is_by_lines(text)) return take_lines(text, take);
  if (const auto taken = take_document(text, take); !taken) return unreadable(taken.error().message());
  return {};
}

}  // namespace cogos::proof
