#include "app/temporary_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/encoding.hpp"

namespace cogos::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRandomBytes = 8;

std::string random_name(const std::string& prefix, Random& random) {
  ByteArray<kRandomBytes> bytes;
  random.fill(bytes);
  return prefix + "-" + base::to_hex(bytes);
}

bool is_name(const std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + 1 + 2 * kRandomBytes) return false;
  return name[prefix.size()] == '-' && base::from_hex(name.substr(prefix.size() + 1)).has_value();
}

/// A descriptor that has the lock on the directory; -1, and errno, where it cannot be had.
int try_lock(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0 || ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return -1;
}

Error not_removed(const fs::path& directory, const std::error_code& error) {
  return {ErrorCode::unreadable_input, directory.string() + " could not be removed (" + error.message() +
                                           "): remove it, it can hold what the store holds"};
}

Result<void> remove_tree(const fs::path& directory) {
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) return not_removed(directory, error);
  return {};
}

}  // namespace

TemporaryDirectory::TemporaryDirectory(const fs::path& parent, const std::string& prefix, Random& random)
    : path_(parent / random_name(prefix, random)) {
  const bool made = ::mkdir(path_.c_str(), S_IRWXU) == 0;
  // Whoever looks for what is abandoned may have it in the moment before this.
  lock_ = made ? try_lock(path_) : -1;
  if (lock_ < 0 || !fs::exists(path_)) {
    const std::error_code why(errno, std::generic_category());
    if (made) ::rmdir(path_.c_str());
    throw fs::filesystem_error("cannot make a directory", path_, why);
  }
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  ::close(lock_);
}

Result<void> TemporaryDirectory::remove() {
  return remove_tree(path_);
}

Error TemporaryDirectory::remove_after(const Error& error) {
  const auto removed = remove();
  if (removed) return error;
  return {error.code(), error.message() + "; " + removed.error().message(), error.detail()};
}

std::vector<Result<fs::path>> remove_abandoned(const fs::path& parent,
                                               const std::vector<std::string_view>& prefixes) {
  std::vector<Result<fs::path>> outcomes;
  std::error_code error;
  for (fs::directory_iterator at(parent, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const fs::path found = at->path();
    const std::string name = found.filename();
    const bool named = std::any_of(prefixes.begin(), prefixes.end(),
                                   [&name](std::string_view prefix) { return is_name(name, prefix); });
    if (!named) continue;
    const int lock = try_lock(found);
    if (lock < 0) {
      const std::error_code why(errno, std::generic_category());
      const bool gone_or_in_use = errno == EWOULDBLOCK || errno == ENOENT;
      if (!gone_or_in_use) outcomes.emplace_back(not_removed(found, why));
      continue;
    }
    if (const auto removed = remove_tree(found); removed) {
      outcomes.emplace_back(found);
    } else {
      outcomes.emplace_back(removed.error());
    }
    ::close(lock);
  }
  return outcomes;
}

}  // namespace cogos::app
