#include "app/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace cogos::app {

Result<std::string> read_text_file(const std::string& path, const std::string& what, std::size_t max) {
  std::ifstream file(path, std::ios::binary);
  std::string text(max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0));
  if (!file.is_open() || file.bad()) {
    return Error(ErrorCode::unreadable_input,
                 "cannot read the " + what + " " + path + ": " + std::strerror(errno));
  }
  if (size > max) {
    return Error(ErrorCode::unreadable_input,
                 path + " is over " + std::to_string(max >> 10U) + " KiB: not a " + what);
  }
  text.resize(size);
  return text;
}

}  // namespace cogos::app
