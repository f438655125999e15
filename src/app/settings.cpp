#include "app/settings.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <sstream>

#include "app/refusals.hpp"
#include "app/settings_table.hpp"
#include "app/text_file.hpp"
#include "http/networks.hpp"
#include "net/server.hpp"
#include "net/upstream_url.hpp"

namespace cogos::app {
namespace {

constexpr std::size_t kMaxFile = 1U << 20U;

/// Levenshtein distance; the names are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

std::string_view nearest(std::string_view name, const std::set<std::string_view>& known) {
  return *std::min_element(known.begin(), known.end(), [name](std::string_view a, std::string_view b) {
    return distance(name, a) < distance(name, b);
  });
}

std::string at(const std::string& source, const toml::node& node) {
  return source + ":" + std::to_string(node.source().begin.line) + ": ";
}

/// Puts one node where it belongs; the text says what it should have been.
struct Assign {
  const toml::node& node;

  std::optional<std::string> operator()(std::string* value) const {
    const auto text = node.value_exact<std::string>();
    if (!text) return "must be a string";
    *value = *text;
    return std::nullopt;
  }
  std::optional<std::string> operator()(bool* value) const {
    const auto flag = node.value_exact<bool>();
    if (!flag) return "must be true or false";
    *value = *flag;
    return std::nullopt;
  }
  std::optional<std::string> operator()(const SettingPlace::Number& place) const {
    const auto number = node.value_exact<std::int64_t>();
    if (!number || *number < place.low || *number > place.high) {
      return "must be a whole number from " + std::to_string(place.low) + " to " + std::to_string(place.high);
    }
    *place.value = static_cast<std::uint32_t>(*number);
    return std::nullopt;
  }
  std::optional<std::string> operator()(const SettingPlace::Choice& place) const {
    const auto text = node.value_exact<std::string>();
    if (text && std::find(place.among.begin(), place.among.end(), *text) != place.among.end()) {
      *place.value = *text;
      return std::nullopt;
    }
    std::string wanted = "must be one of";
    for (const auto choice : place.among) wanted.append(" \"").append(choice).append("\"");
    return wanted;
  }
  std::optional<std::string> operator()(std::vector<std::string>* values) const {
    const toml::array* list = node.as_array();
    if (!list) return "must be an array of strings";
    values->clear();
    for (const toml::node& item : *list) {
      const auto text = item.value_exact<std::string>();
      if (!text) return "must be an array of strings";
      values->push_back(*text);
    }
    return std::nullopt;
  }
};

Result<void> read_section(const std::string& source, std::string_view name, const toml::table& section,
                          const std::vector<SettingPlace>& table) {
  std::set<std::string_view> known;
  for (const SettingPlace& place : table) {
    if (place.section == name) known.insert(place.key);
  }
  for (const auto& [key, node] : section) {
    const auto place = std::find_if(table.begin(), table.end(), [&, key = key.str()](const SettingPlace& p) {
      return p.section == name && p.key == key;
    });
    const std::string full = std::string(name) + "." + std::string(key.str());
    if (place == table.end()) {
      return invalid(at(source, node) + "unknown setting " + full + "; did you mean " + std::string(name) +
                     "." + std::string(nearest(key.str(), known)) + "?");
    }
    if (auto problem = std::visit(Assign{node}, place->place)) {
      return invalid(at(source, node) + full + " " + *problem);
    }
  }
  return {};
}

Result<void> check_admin_listen(const Settings& s) {
  if (s.admin.listen.empty()) return {};
  const auto own = net::parse_endpoint(s.admin.listen);
  if (!own) return invalid("admin.listen: " + own.error().message());
  for (const std::string* other :
       {&s.server.listen, &s.ingress.plaintext_listen, &s.server.redirect_listen}) {
    const auto endpoint = net::parse_endpoint(*other);
    if (endpoint && *endpoint == *own && own->port() != 0) {
      return invalid("admin.listen is the address of another listener: give it one of its own");
    }
  }
  return {};
}

/// An origin as RFC 6454 §6.2 writes it, https only: other text would lead browsers, and whoever reads a
/// page, somewhere else.
Result<void> check_origin(const Settings& s) {
  if (s.server.origin.empty()) {
    if (s.server.redirect_listen.empty()) return {};
    return invalid("server.redirect_listen needs server.origin: where is everybody to be sent?");
  }
  if (net::is_origin(s.server.origin) && s.server.origin.starts_with("https:")) return {};
  return invalid(
      "server.origin must be https://host or https://host:port and nothing after it, the host in lower case, "
      "the "
      "port only where it is not 443");
}

Result<void> check_together(Settings& s) {
  if (const auto checked = check_origin(s); !checked) return checked.error();
  if (s.tls.cert_file.empty() != s.tls.key_file.empty()) {
    return invalid("tls.cert_file and tls.key_file go together: set both or neither");
  }
  if (!s.ingress.plaintext_listen.empty() && s.ingress.trusted_proxies.empty()) {
    return invalid(
        "ingress.plaintext_listen needs ingress.trusted_proxies: nobody else may speak plaintext to it");
  }
  if (s.inference.engine != "builtin" && s.inference.url.empty()) {
    return invalid("inference.engine = \"" + s.inference.engine + "\" needs inference.url");
  }
  if (const auto exempt = http::Networks::parse(s.defence.exempt); !exempt) {
    return invalid("defence.exempt: " + exempt.error().message());
  }
  if (const auto allowed = http::Networks::parse(s.admin.allow_from); !allowed) {
    return invalid("admin.allow_from: " + allowed.error().message());
  }
  if (const auto checked = check_admin_listen(s); !checked) return checked.error();
  return {};
}

Result<Settings> from_table(const toml::table& file, const std::string& source) {
  Settings settings;
  const auto table = settings_table(settings);
  std::set<std::string_view> sections;
  for (const SettingPlace& place : table) sections.insert(place.section);
  for (const auto& [name, node] : file) {
    const toml::table* section = node.as_table();
    if (!section || !sections.contains(name.str())) {
      return invalid(at(source, node) + "unknown section [" + std::string(name.str()) + "]; did you mean [" +
                     std::string(nearest(name.str(), sections)) + "]?");
    }
    if (const auto read = read_section(source, name.str(), *section, table); !read) return read.error();
  }
  if (const auto checked = check_together(settings); !checked) return checked.error();
  return settings;
}

}  // namespace

Result<Settings> parse_settings(std::string_view text, const std::string& source) {
  try {
    return from_table(toml::parse(text, source), source);
  } catch (const toml::parse_error& error) {
    return invalid(source + ":" + std::to_string(error.source().begin.line) + ":" +
                   std::to_string(error.source().begin.column) +
                   ": not TOML: " + std::string(error.description()));
  }
}

Result<Settings> load_settings(const std::string& path) {
  const auto text = read_text_file(path, "settings file", kMaxFile);
  if (!text) return text.error();
  return parse_settings(*text, path);
}

std::vector<std::string> describe(const Settings& settings) {
  Settings copy = settings;
  std::vector<std::string> lines;
  for (const SettingPlace& place : settings_table(copy)) {
    std::ostringstream line;
    line << place.section << '.' << place.key << " = ";
    if (const auto* text = std::get_if<std::string*>(&place.place)) line << '"' << **text << '"';
    if (const auto* flag = std::get_if<bool*>(&place.place)) line << (**flag ? "true" : "false");
    if (const auto* number = std::get_if<SettingPlace::Number>(&place.place)) line << *number->value;
    if (const auto* choice = std::get_if<SettingPlace::Choice>(&place.place))
      line << '"' << *choice->value << '"';
    if (const auto* list = std::get_if<std::vector<std::string>*>(&place.place)) {
      line << '[';
      for (std::size_t i = 0; i < (*list)->size(); ++i) line << (i ? ", \"" : "\"") << (**list)[i] << '"';
      line << ']';
    }
    lines.push_back(line.str());
  }
  return lines;
}

}  // namespace cogos::app
