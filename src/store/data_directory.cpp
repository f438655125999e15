#include "store/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "store/store_error.hpp"

namespace cogos::store {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error) {
  throw StoreError("cannot " + what + " " + path.string() + ": " +
                   std::error_code(error, std::generic_category()).message());
}

/// Gives the descriptor, or -1 where the lock is another's.
int lock_file(int descriptor, int how) noexcept {
  if (::flock(descriptor, how | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

DirectoryLock DirectoryLock::exclusive(const std::filesystem::path& data_dir) {
  if (::mkdir(data_dir.c_str(), S_IRWXU) == 0) {
    const auto parent = std::filesystem::absolute(data_dir).lexically_normal();
    sync_directory(parent.has_filename() ? parent.parent_path() : parent.parent_path().parent_path());
  } else if (errno != EEXIST) {
    fail("make the data directory", data_dir, errno);
  }
  const auto file = data_dir / "lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) fail("open", file, errno);
  if (lock_file(descriptor, LOCK_EX) < 0) {
    throw StoreError("the data directory " + data_dir.string() +
                     " is in use by another process; stop it first, or give this one a directory of its own");
  }
  return DirectoryLock(descriptor);
}

DirectoryLock DirectoryLock::shared(const std::filesystem::path& data_dir) {
  const auto file = data_dir / "lock";
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return DirectoryLock(-1);
  if (descriptor < 0) fail("open", file, errno);
  if (lock_file(descriptor, LOCK_SH) < 0) {
    throw StoreError("the data directory " + data_dir.string() +
                     " is in use by a running server; stop it first, or look at a copy");
  }
  return DirectoryLock(descriptor);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::filesystem::path database_file(const std::filesystem::path& data_dir) {
  return data_dir / "cogos.db";
}

void make_private_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) fail("open", file, errno);
  ::close(descriptor);
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("open", directory, errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failed != 0) fail("sync", directory, failed);
}

}  // namespace cogos::store
