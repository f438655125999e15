#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "cogos/result.hpp"

namespace cogos::app {

/// A directory (0700) that goes with its object, and all that is in it. While it is there its process holds a
/// lock on it (flock), so that what a killed one left is known for abandoned.
class TemporaryDirectory {
 public:
  /// `<parent>/<prefix>-<16 hex digits>`. Throws std::filesystem::filesystem_error.
  TemporaryDirectory(const std::filesystem::path& parent, const std::string& prefix, Random& random);
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Before its object's end, for whoever must know that it worked. Fails with unreadable_input in words that
  /// name what is left.
  [[nodiscard]] Result<void> remove();
  /// After a failure: `error`, and what is left where it cannot be removed either.
  [[nodiscard]] Error remove_after(const Error& error);

 private:
  std::filesystem::path path_;
  int lock_;
};

/// Removes the directories in `parent` of one of these prefixes whose process is gone, and gives each one's
/// path, or why it could not be removed. A `parent` that is not there has none.
[[nodiscard]] std::vector<Result<std::filesystem::path>> remove_abandoned(
    const std::filesystem::path& parent, const std::vector<std::string_view>& prefixes);

}  // namespace cogos::app
