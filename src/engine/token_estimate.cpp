#include "engine/token_estimate.hpp"

namespace cogos::engine {

TokenCounter::Class TokenCounter::class_of(char c) noexcept {
  const auto u = static_cast<unsigned char>(c);
  if (u >= 0x80) return Class::high;
  if (u <= ' ' || u == 0x7F) return Class::space;
  if (u >= '0' && u <= '9') return Class::digit;
  const unsigned lower = u | 0x20U;
  return lower >= 'a' && lower <= 'z' ? Class::letter : Class::other;
}

std::uint64_t TokenCounter::cost(Class kind, std::uint64_t length) noexcept {
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

void TokenCounter::add(std::string_view piece) noexcept {
  for (const char c : piece) {
    const Class kind = class_of(c);
    if (kind != kind_) {
      ended_ += cost(kind_, length_);
      kind_ = kind;
      length_ = 0;
    }
    ++length_;
  }
}

std::uint64_t TokenCounter::total() const noexcept {
  return ended_ + cost(kind_, length_);
}

std::uint64_t estimate_tokens(std::string_view text) noexcept {
  TokenCounter counter;
  counter.add(text);
  return counter.total();
}

}  // namespace cogos::engine
