#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::cli {

/// That `path` could not be written, with `error` (an errno) in words.
[[nodiscard]] Error unwritable(const std::string& path, int error);

/// A file that did not exist before. It is removed again unless keep() is called, so that a command that
/// makes several leaves all or none.
class NewFile {
 public:
  /// `mode` holds from the first moment. Fails with unreadable_input, also where anything has that name, a
  /// dangling link included.
  [[nodiscard]] static Result<NewFile> create(std::string path, mode_t mode);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] Result<void> write(std::string_view text);
  /// Forces what was written to the disk.
  [[nodiscard]] Result<void> sync();
  void keep() noexcept { kept_ = true; }

 private:
  NewFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_;
  bool kept_ = false;
};

}  // namespace cogos::cli
