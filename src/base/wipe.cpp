#include "base/wipe.hpp"

#include <string.h>

namespace cogos::base {

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace cogos::base
