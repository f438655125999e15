#include "http/query.hpp"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <charconv>

#include "base/utf8.hpp"

namespace cogos::http {

Result<Query> Query::parse(std::string_view text) {
  // `+` stands for a space in forms only; in a query it is itself, and none of our parameters has either.
  return read(std::string(text), "query");
}

Result<Query> Query::parse_form(std::string_view text) {
  std::string query;
  query.reserve(text.size());
  for (const char c : text) {
    if (c == '+') {
      query += "%20";
    } else {
      query += c;
    }
  }
  return read(std::move(query), "form");
}

/// Boost.URL 1.81 takes the length of what it has parsed from strlen: it reads past a view's end, and through
/// the null pointer of a view of nothing. A string ends in a NUL, and the query's grammar lets none inside.
Result<Query> Query::read(std::string terminated, std::string_view what) {
  const Error malformed(
      ErrorCode::invalid_request,
      "the " + std::string(what) + " could not be read; percent-encode it and name each parameter once");
  Query query;
  const auto parsed = boost::urls::parse_query(terminated);
  if (!parsed) return malformed;
  for (const auto& parameter : *parsed) {
    std::string name = parameter.key.decode();
    std::string value = parameter.value.decode();
    if (!base::is_utf8(name) || !base::is_utf8(value)) return malformed;
    if (!query.parameters_.emplace(std::move(name), std::move(value)).second) return malformed;
  }
  return query;
}

std::optional<std::string> Query::text(std::string_view name) const {
  const auto found = parameters_.find(name);
  if (found == parameters_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

Result<std::optional<std::uint64_t>> Query::number(std::string_view name, std::uint64_t max) const {
  const auto given = text(name);
  if (!given) return std::optional<std::uint64_t>();
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(given->data(), given->data() + given->size(), value);
  if (problem != std::errc{} || end != given->data() + given->size() || value > max) {
    return Error(ErrorCode::invalid_request,
                 std::string(name) + " must be a whole number from 0 to " + std::to_string(max))
        .with_param(std::string(name));
  }
  return std::optional(value);
}

}  // namespace cogos::http
