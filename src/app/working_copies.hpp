#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cogos/result.hpp"

namespace cogos::app {

/// What directories beside a store are called that hold one too, and so all that is secret in it.
inline constexpr const char* kBackupCopy = "backup";    ///< While a backup is made.
inline constexpr const char* kRestoreCopy = "restore";  ///< While one is opened.
inline constexpr const char* kReplaced = "replaced";    ///< What a restored store took the place of; kept.

/// Removes those of the first two kinds that killed commands left in the data directory. Gives each one's
/// path, or why it could not be removed.
[[nodiscard]] std::vector<Result<std::filesystem::path>> remove_abandoned_copies(
    const std::filesystem::path& data_dir);

/// Removes what a restoring laid aside that was killed before it put anything in its place: other names of
/// the very files of the present store, or nothing yet. The caller has the directory's lock.
void remove_mere_links(const std::filesystem::path& data_dir);

/// For commands after which something is to be nowhere in the data directory any more: removes what was
/// abandoned, as above, and gives the paths of the copies that are still there, of all three kinds.
[[nodiscard]] std::vector<std::string> other_copies(const std::filesystem::path& data_dir);

}  // namespace cogos::app
