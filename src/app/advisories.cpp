#include "app/advisories.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "app/text_file.hpp"
#include "base/time.hpp"

namespace cogos::app {
namespace {

constexpr std::array<std::string_view, 4> kSeverities{"low", "medium", "high", "critical"};

Error fault(const std::string& source, const toml::node& node, const std::string& what) {
  return {ErrorCode::invalid_request, source + ":" + std::to_string(node.source().begin.line) + ": " + what};
}

bool is_date(const std::string& text) {
  return text.size() == 10 && from_rfc3339_lenient(text + "T00:00:00Z").has_value();
}

Result<site::Advisory> read_advisory(const std::string& source, const toml::table& table) {
  site::Advisory advisory;
  const std::array<std::pair<std::string_view, std::string*>, 5> members{{{"id", &advisory.id},
                                                                          {"published", &advisory.published},
                                                                          {"severity", &advisory.severity},
                                                                          {"summary", &advisory.summary},
                                                                          {"credit", &advisory.credit}}};
  for (const auto& [key, node] : table) {
    const auto member = std::find_if(members.begin(), members.end(),
                                     [name = key.str()](const auto& one) { return one.first == name; });
    if (member == members.end()) {
      return fault(source, node,
                   "an advisory has no " + std::string(key.str()) +
                       "; it has id, published, severity, summary and credit");
    }
    const auto text = node.value_exact<std::string>();
    if (!text) return fault(source, node, std::string(key.str()) + " must be a string");
    *member->second = *text;
  }
  for (const auto& [name, value] : members) {
    if (value->empty() && name != "credit") {
      return fault(source, table, "an advisory needs its " + std::string(name));
    }
  }
  if (!is_date(advisory.published))
    return fault(source, table, "published must be a date such as \"2026-01-31\"");
  if (std::find(kSeverities.begin(), kSeverities.end(), advisory.severity) == kSeverities.end()) {
    return fault(source, table, "severity must be low, medium, high or critical");
  }
  return advisory;
}

Result<std::vector<site::Advisory>> read_advisories(const std::string& source, const toml::table& file) {
  std::vector<site::Advisory> all;
  for (const auto& [key, node] : file) {
    const toml::array* list = node.as_array();
    if (key.str() != "advisory" || !list || !list->is_array_of_tables()) {
      return fault(source, node, "advisories are tables with the head [[advisory]]; there is nothing else");
    }
    for (const toml::node& item : *list) {
      auto advisory = read_advisory(source, *item.as_table());
      if (!advisory) return advisory.error();
      all.push_back(std::move(*advisory));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const site::Advisory& a, const site::Advisory& b) {
    return a.published > b.published;
  });
  return all;
}

}  // namespace

Result<std::vector<site::Advisory>> parse_advisories(std::string_view text, const std::string& source) {
  try {
    return read_advisories(source, toml::parse(text, source));
  } catch (const toml::parse_error& error) {
    return Error(ErrorCode::invalid_request, source + ":" + std::to_string(error.source().begin.line) +
                                                 ": not TOML: " + std::string(error.description()));
  }
}

Result<std::vector<site::Advisory>> load_advisories(const std::string& path) {
  const auto text = read_text_file(path, "site.advisories_file", std::size_t{1} << 20U);
  if (!text) return text.error();
  return parse_advisories(*text, path);
}

}  // namespace cogos::app
