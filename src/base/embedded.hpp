#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cogos::base {

/// A file that the build put into the program; both views live as long as it.
struct EmbeddedFile {
  std::string_view name;  ///< Without its folder.
  std::string_view bytes;
};

/// The file of that name. Throws std::logic_error where there is none: what the program asks for is fixed
/// when it is built.
[[nodiscard]] inline std::string_view embedded_file(std::span<const EmbeddedFile> files,
                                                    std::string_view name) {
  for (const EmbeddedFile& file : files) {
    if (file.name == name) return file.bytes;
  }
  throw std::logic_error("the program has no file " + std::string(name));
}

}  // namespace cogos::base
