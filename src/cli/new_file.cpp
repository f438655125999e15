#include "cli/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/write_all.hpp"

namespace cogos::cli {

Error unwritable(const std::string& path, int error) {
  std::string why = std::generic_category().message(error);
  if (error == EEXIST) why += "; existing files are never overwritten, choose another name or move it away";
  return {ErrorCode::unreadable_input, "cannot write " + path + ": " + why};
}

Result<NewFile> NewFile::create(std::string path, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return unwritable(path, errno);
  return NewFile(std::move(path), fd);
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), kept_(other.kept_) {}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!kept_) ::unlink(path_.c_str());
}

Result<void> NewFile::write(std::string_view text) {
  if (const int error = base::write_all(fd_, text); error != 0) return unwritable(path_, error);
  return {};
}

Result<void> NewFile::sync() {
  if (::fsync(fd_) != 0) return unwritable(path_, errno);
  return {};
}

}  // namespace cogos::cli
