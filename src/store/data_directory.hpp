#pragma once

#include <filesystem>
#include <optional>

namespace cogos::store {

/// The lock on a data directory: one server has it for itself, or any number of offline readers share it.
/// Held by an open file (flock on `<data_dir>/lock`), so it goes with the process, however that ends.
class DirectoryLock {
 public:
  /// Makes the directory (0700) and the lock file where they are missing. Throws StoreError, also where
  /// another process has the lock.
  [[nodiscard]] static DirectoryLock exclusive(const std::filesystem::path& data_dir);
  /// Makes nothing: a copied store without a lock file is nobody's. Throws StoreError where a server has it.
  [[nodiscard]] static DirectoryLock shared(const std::filesystem::path& data_dir);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

[[nodiscard]] std::filesystem::path database_file(const std::filesystem::path& data_dir);
/// Makes the file empty (0600) where it is missing; SQLite gives the mode on to the files beside it. Throws
/// StoreError.
void make_private_file(const std::filesystem::path& file);
/// The names in a directory survive a power cut after this. Throws StoreError.
void sync_directory(const std::filesystem::path& directory);

}  // namespace cogos::store
