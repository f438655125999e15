#include "proof/wire.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace cogos::proof {

std::string short_kid(std::string_view bytes) {
  return crypto::sha256_hex(bytes).substr(0, 16);
}

std::string request_text(std::string_view method, std::string_view path, std::int64_t ts,
                         std::string_view body_sha256_hex) {
  std::string text;
  text.reserve(method.size() + path.size() + 96);
  text.append(method).append(1, '\n').append(path).append(1, '\n');
  text.append(std::to_string(ts)).append(1, '\n').append(body_sha256_hex);
  return text;
}

bool is_name(std::string_view text) noexcept {
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 64 && is_word(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_word(c) || c == '_' || c == '-'; });
}

bool is_app_name(std::string_view text) noexcept {
  return text == "_default" || is_name(text);
}

bool is_any_name(std::string_view text) noexcept {
  return is_name(text.starts_with('_') ? text.substr(1) : text);
}

}  // namespace cogos::proof
