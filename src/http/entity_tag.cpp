#include "http/entity_tag.hpp"

namespace cogos::http {
namespace {

bool names(std::string_view field, std::string_view tag, bool weak_too) noexcept {
  constexpr std::string_view kBetween = " \t,";
  while (true) {
    const auto start = field.find_first_not_of(kBetween);
    if (start == std::string_view::npos) return false;
    field.remove_prefix(start);
    if (field[0] == '*') return field.find_first_not_of(kBetween, 1) == std::string_view::npos;
    const bool weak = field.starts_with("W/");
    if (weak) field.remove_prefix(2);
    if (!field.starts_with('"')) return false;
    const auto end = field.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (field.substr(0, end + 1) == tag && (weak_too || !weak)) return true;
    field.remove_prefix(end + 1);
  }
}

}  // namespace

bool none_match_names(std::string_view field, std::string_view tag) noexcept {
  return names(field, tag, true);
}

bool match_names(std::string_view field, std::string_view tag) noexcept {
  return names(field, tag, false);
}

}  // namespace cogos::http
