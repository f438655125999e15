#include "http/accept.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "http/white_space.hpp"

namespace cogos::http {
namespace {

/// What is beyond does not count; browsers name a dozen at most.
constexpr std::size_t kMaxElements = 64;
constexpr unsigned kFull = 1000;

/// An element of a list with weights; the weight in thousandths.
struct Weighted {
  std::string_view name;
  unsigned weight = kFull;
};

std::string_view take(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trimmed(part);
}

/// A qvalue (RFC 9110 §12.4.2): 0 or 1 with at most three decimals.
std::optional<unsigned> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  unsigned weight = text[0] == '1' ? kFull : 0;
  unsigned place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    weight += static_cast<unsigned>(digit - '0') * place;
    place /= 10;
  }
  return weight <= kFull ? std::optional(weight) : std::nullopt;
}

std::optional<Weighted> parse_element(std::string_view element) {
  Weighted found{take(element, ';')};
  if (found.name.empty()) return std::nullopt;
  while (!element.empty()) {
    const std::string_view parameter = take(element, ';');
    if (parameter.size() < 2 || !iequals(parameter.substr(0, 2), "q=")) continue;
    const auto weight = parse_weight(parameter.substr(2));
    if (!weight) return std::nullopt;
    found.weight = *weight;
  }
  return found;
}

/// Reads a list such as `gzip;q=0.5, br`. A comma within quotes ends an element too: what is left of it then
/// names nothing that is asked for.
std::vector<Weighted> parse_list(std::string_view field) {
  std::vector<Weighted> found;
  while (!field.empty() && found.size() < kMaxElements) {
    if (const auto element = parse_element(take(field, ','))) found.push_back(*element);
  }
  return found;
}

std::optional<unsigned> weight_of(const std::vector<Weighted>& list, std::string_view name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [name](const Weighted& one) { return iequals(one.name, name); });
  return found == list.end() ? std::nullopt : std::optional(found->weight);
}

/// In two-thousandths, so that what is not named can stand below all that is.
unsigned coding_weight(const std::vector<Weighted>& list, Coding coding) {
  auto weight = weight_of(list, coding == Coding::brotli ? "br"
                                : coding == Coding::gzip ? "gzip"
                                                         : "identity");
  if (!weight && coding == Coding::gzip) weight = weight_of(list, "x-gzip");  // §8.4.1.3
  if (!weight) weight = weight_of(list, "*");
  if (weight) return *weight * 2;
  return coding == Coding::identity ? 1 : 0;
}

unsigned media_weight(const std::vector<Weighted>& list, std::string_view type) {
  const std::string family = std::string(type.substr(0, type.find('/'))) + "/*";
  for (const std::string_view range : {type, std::string_view(family), std::string_view("*/*")}) {
    if (const auto weight = weight_of(list, range)) return *weight;
  }
  return 0;
}

}  // namespace

std::optional<Coding> choose_coding(const Headers& headers) {
  if (!headers.find("Accept-Encoding")) return Coding::identity;
  const std::string field = headers.joined("Accept-Encoding");
  const auto list = parse_list(field);
  unsigned best = 0;
  std::optional<Coding> chosen;
  for (const Coding coding : {Coding::brotli, Coding::gzip, Coding::identity}) {
    const unsigned weight = coding_weight(list, coding);
    if (weight <= best) continue;
    best = weight;
    chosen = coding;
  }
  return chosen;
}

bool takes_identity(const Headers& headers) {
  if (!headers.find("Accept-Encoding")) return true;
  const std::string field = headers.joined("Accept-Encoding");
  return coding_weight(parse_list(field), Coding::identity) > 0;
}

bool prefers_html(const Headers& headers) {
  const std::string field = headers.joined("Accept");
  const auto list = parse_list(field);
  return media_weight(list, "text/html") > media_weight(list, "application/json");
}

}  // namespace cogos::http
