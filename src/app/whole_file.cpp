#include "app/whole_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/write_all.hpp"
#include "store/data_directory.hpp"
#include "store/store_error.hpp"

namespace cogos::app {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kPrivateMode = S_IRUSR | S_IWUSR;
constexpr const char* kSuffix = ".incomplete";

Error unwritable(const fs::path& path, int error) {
  std::string why = std::generic_category().message(error);
  if (error == EEXIST) why += "; existing files are never overwritten, choose another name or move it away";
  if (error == EWOULDBLOCK) why = "another process is about to make it";
  return {ErrorCode::unreadable_input, "cannot write " + path.string() + ": " + why};
}

/// Whether the descriptor's file is the one that has this name: it may have got another in the meantime.
bool has_name(int descriptor, const fs::path& path) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(descriptor, &ours) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

/// Gives 0 or errno. Not every file system has a rename that refuses to overwrite.
int rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::access(to.c_str(), F_OK) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Result<WholeFile> WholeFile::begin(fs::path path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) return unwritable(path, EEXIST);
  fs::path incomplete = path.string() + kSuffix;
  const int descriptor =
      ::open(incomplete.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivateMode);
  if (descriptor < 0) return unwritable(incomplete, errno);
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  if (const int error = locked ? EWOULDBLOCK : errno; !locked || !has_name(descriptor, incomplete)) {
    ::close(descriptor);
    return unwritable(path, error);
  }
  WholeFile file(std::move(path), std::move(incomplete), descriptor);
  if (::fchmod(descriptor, kPrivateMode) != 0 || ::ftruncate(descriptor, 0) != 0) {
    return unwritable(file.incomplete_, errno);
  }
  return file;
}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : path_(std::move(other.path_)),
      incomplete_(std::exchange(other.incomplete_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

WholeFile::~WholeFile() {
  if (descriptor_ < 0) return;
  if (!incomplete_.empty()) ::unlink(incomplete_.c_str());
  ::close(descriptor_);
}

Result<void> WholeFile::write(std::string_view bytes) {
  if (const int error = base::write_all(descriptor_, bytes); error != 0) return unwritable(path_, error);
  return {};
}

Result<void> WholeFile::finish() {
  if (::fsync(descriptor_) != 0) return unwritable(path_, errno);
  if (const int error = rename_to_new(incomplete_, path_); error != 0) return unwritable(path_, error);
  incomplete_.clear();
  try {
    store::sync_directory(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
  } catch (const store::StoreError& error) {
    return Error(ErrorCode::unreadable_input,
                 path_.string() + " is whole, but a power cut may take its name: " + error.what());
  }
  return {};
}

}  // namespace cogos::app
