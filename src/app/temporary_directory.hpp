#pragma once

#include <filesystem>

#include "base/random.hpp"

namespace cogos::app {

/// A directory (0700) that goes with its object, and all that is in it.
class TemporaryDirectory {
 public:
  /// `<parent>/<prefix>-<random>`. Throws std::filesystem::filesystem_error.
  TemporaryDirectory(const std::filesystem::path& parent, const std::string& prefix, Random& random);
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace cogos::app
