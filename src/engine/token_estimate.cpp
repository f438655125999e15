#include "engine/token_estimate.hpp"

#include <cstddef>

namespace cogos::engine {
namespace {

enum class Class { space, letter, digit, high, other };

Class class_of(char c) noexcept {
  const auto u = static_cast<unsigned char>(c);
  if (u >= 0x80) return Class::high;
  if (u <= ' ' || u == 0x7F) return Class::space;
  if (u >= '0' && u <= '9') return Class::digit;
  const unsigned lower = u | 0x20U;
  return lower >= 'a' && lower <= 'z' ? Class::letter : Class::other;
}

std::uint64_t cost(Class kind, std::size_t length) noexcept {
  switch (kind) {
    case Class::space:
      return 0;
    case Class::letter:
      return (length + 5) / 6;
    case Class::digit:
    case Class::high:
      return (length + 2) / 3;
    case Class::other:
      break;
  }
  return length;
}

}  // namespace

std::uint64_t estimate_tokens(std::string_view text) noexcept {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Class kind = class_of(text[i]);
    const std::size_t start = i;
    while (i < text.size() && class_of(text[i]) == kind) ++i;
    total += cost(kind, i - start);
  }
  return total;
}

}  // namespace cogos::engine
