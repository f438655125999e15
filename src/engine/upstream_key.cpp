#include "engine/upstream_key.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/wipe.hpp"

namespace cogos::engine {
namespace {

using base::wipe;

bool visible(char c) noexcept {
  return c > ' ' && c < '\x7F';
}

/// How many bytes at the start of `text` spell `key`, where JSON may have put a backslash before a slash; 0
/// if they spell something else.
std::size_t spelt_length(std::string_view text, std::string_view key) noexcept {
  std::size_t at = 0;
  for (const char c : key) {
    if (c == '/' && at < text.size() && text[at] == '\\') ++at;
    if (at == text.size() || text[at] != c) return 0;
    ++at;
  }
  return at;
}

}  // namespace

UpstreamKey::UpstreamKey(std::string text) {
  const bool fit = std::all_of(text.begin(), text.end(), visible);
  if (fit) text_.swap(text);
  wipe(text);
  if (!fit) throw std::runtime_error("the model server's API key holds a byte that is not visible ASCII");
}

UpstreamKey::UpstreamKey(UpstreamKey&& other) noexcept {
  *this = std::move(other);
}

UpstreamKey& UpstreamKey::operator=(UpstreamKey&& other) noexcept {
  if (this != &other) {
    wipe(text_);
    text_.swap(other.text_);
    wipe(other.text_);  // a short string was copied, not handed over
  }
  return *this;
}

UpstreamKey::~UpstreamKey() {
  wipe(text_);
}

std::string UpstreamKey::excerpt(std::string_view text, std::size_t limit) const {
  std::string out;
  while (!text.empty() && out.size() < limit) {
    if (const std::size_t length = spelt_length(text, text_); length != 0) {
      out += "[key]";
      text.remove_prefix(length);
      continue;
    }
    const char c = text.front();
    out += visible(c) || c == ' ' ? c : '?';
    text.remove_prefix(1);
  }
  out.resize(std::min(out.size(), limit));
  return out;
}

}  // namespace cogos::engine
