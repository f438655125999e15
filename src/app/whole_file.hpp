#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::app {

/// A new private file (0600) that has its name only once it is whole and on disk: until then it is
/// `<name>.incomplete`, which goes with its object. What a killed process left under that name is overwritten
/// by the next one.
class WholeFile {
 public:
  /// Fails with unreadable_input, also where anything has the name already or another process is about to
  /// make it.
  [[nodiscard]] static Result<WholeFile> begin(std::filesystem::path path);

  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();

  [[nodiscard]] Result<void> write(std::string_view bytes);
  /// Call once, after the last byte. Where it fails there is no file of that name, or, where the directory
  /// could not be synced, the error says that there is.
  [[nodiscard]] Result<void> finish();

 private:
  WholeFile(std::filesystem::path path, std::filesystem::path incomplete, int descriptor)
      : path_(std::move(path)), incomplete_(std::move(incomplete)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  std::filesystem::path incomplete_;  // empty once it has its name
  int descriptor_;
};

}  // namespace cogos::app
