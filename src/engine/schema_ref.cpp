#include <algorithm>
#include <charconv>

#include "engine/schema_rewrite.hpp"

namespace cogos::engine {
namespace {

/// One token of an RFC 6901 pointer in a URI fragment: percent-decoded, then ~1 and ~0.
std::string decode_token(std::string_view token) {
  std::string percent;
  for (std::size_t i = 0; i < token.size(); ++i) {
    unsigned byte = 0;
    if (token[i] == '%' && i + 2 < token.size() &&
        std::from_chars(token.data() + i + 1, token.data() + i + 3, byte, 16).ptr == token.data() + i + 3) {
      percent += static_cast<char>(byte);
      i += 2;
    } else {
      percent += token[i];
    }
  }
  std::string out;
  for (std::size_t i = 0; i < percent.size(); ++i) {
    if (percent[i] == '~' && i + 1 < percent.size()) {
      ++i;
      out += percent[i] == '1' ? '/' : '~';
    } else {
      out += percent[i];
    }
  }
  return out;
}

}  // namespace

const Json* resolve_local_ref(const Json& root, std::string_view reference) {
  if (!reference.starts_with('#')) return nullptr;
  reference.remove_prefix(1);
  const Json* at = &root;
  while (!reference.empty()) {
    if (reference.front() != '/') return nullptr;
    reference.remove_prefix(1);
    const std::size_t end = std::min(reference.find('/'), reference.size());
    const std::string key = decode_token(reference.substr(0, end));
    reference.remove_prefix(end);
    if (at->is_object()) {
      const auto it = at->find(key);
      if (it == at->end()) return nullptr;
      at = &*it;
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
      if (key.empty() || parsed.ptr != key.data() + key.size() || index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else {
      return nullptr;
    }
  }
  return at;
}

}  // namespace cogos::engine
