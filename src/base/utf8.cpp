#include "base/utf8.hpp"

namespace cogos::base {
namespace {

struct Lead {
  std::size_t more = 0;      ///< Continuation bytes.
  unsigned char low = 0x80;  ///< Bounds of the first of them (RFC 3629 §4).
  unsigned char high = 0xbf;
  bool valid = true;
};

Lead lead(unsigned char byte) {
  if (byte < 0x80) return {};
  if (byte >= 0xc2 && byte <= 0xdf) return {.more = 1};
  if (byte == 0xe0) return {.more = 2, .low = 0xa0};
  if (byte == 0xed) return {.more = 2, .high = 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {.more = 2};
  if (byte == 0xf0) return {.more = 3, .low = 0x90};
  if (byte >= 0xf1 && byte <= 0xf3) return {.more = 3};
  if (byte == 0xf4) return {.more = 3, .high = 0x8f};
  return {.valid = false};
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Lead form = lead(static_cast<unsigned char>(text[i]));
    if (!form.valid || form.more >= text.size() - i) return false;
    for (std::size_t k = 1; k <= form.more; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      const bool first = k == 1;
      if (byte < (first ? form.low : 0x80) || byte > (first ? form.high : 0xbf)) return false;
    }
    i += form.more;
  }
  return true;
}

}  // namespace cogos::base
