#include "app/working_copies.hpp"

#include <algorithm>

#include "app/temporary_directory.hpp"
#include "store/data_directory.hpp"

namespace cogos::app {

namespace fs = std::filesystem;

std::vector<Result<fs::path>> remove_abandoned_copies(const fs::path& data_dir) {
  return remove_abandoned(data_dir, {kBackupCopy, kRestoreCopy});
}

void remove_mere_links(const fs::path& data_dir) {
  const fs::path present = store::database_file(data_dir);
  std::vector<fs::path> links;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_dir)) {
    if (!entry.path().filename().string().starts_with(std::string(kReplaced) + "-")) continue;
    const fs::path file = store::database_file(entry.path());
    std::error_code error;
    const bool other = fs::exists(file, error) && !fs::equivalent(file, present, error);
    if (other || error) continue;
    const auto log_bytes = fs::file_size(file.string() + "-wal", error);
    if (error || log_bytes == 0) links.push_back(entry.path());
  }
  for (const fs::path& directory : links) fs::remove_all(directory);
}

std::vector<std::string> other_copies(const fs::path& data_dir) {
  static_cast<void>(remove_abandoned_copies(data_dir));
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_dir)) {
    std::error_code unreadable;
    if (!fs::exists(store::database_file(entry.path()), unreadable) && !unreadable) continue;
    if (entry.is_directory()) found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace cogos::app
