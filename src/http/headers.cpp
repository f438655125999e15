#include "http/headers.hpp"

#include <algorithm>

namespace cogos::http {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string clean(std::string value) {
  // A line break in a value would be a header of the attacker's own (response splitting).
  std::replace_if(
      value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return value;
}

}  // namespace

bool iequals(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
  for (const auto& [field, value] : fields_) {
    if (iequals(field, name)) return value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(),
                                                [name](const Field& f) { return iequals(f.first, name); }));
}

std::string Headers::joined(std::string_view name) const {
  std::string all;
  for (const auto& [field, value] : fields_) {
    if (!iequals(field, name)) continue;
    if (!all.empty()) all += ", ";
    all += value;
  }
  return all;
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [name](const Field& f) { return iequals(f.first, name); });
  add(name, std::move(value));
}

void Headers::add(std::string_view name, std::string value) {
  // Most messages have more than ten fields: growing one by one would move them four times.
  if (fields_.empty()) fields_.reserve(20);
  fields_.emplace_back(std::string(name), clean(std::move(value)));
}

}  // namespace cogos::http
