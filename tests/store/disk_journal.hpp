#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace cogos::store {

/// One thing that a disk was asked to do.
struct DiskRequest {
  enum class Kind : std::uint8_t {
    create,  ///< A file, or the directory itself.
    remove,
    write,
    truncate,
    sync,         ///< What was asked of the file before this is on disk.
    failed_sync,  ///< What was asked of it before this may be on disk or not, and no later sync changes that.
    sync_names,   ///< What was created in the directory or removed from it is on disk.
  };
  Kind kind = Kind::sync;
  std::string path;
  std::uint64_t at = 0;  ///< Where a write starts; the size to truncate to.
  std::string bytes;
};

/// What a disk was asked to do, in that order. Thread-safe.
class DiskJournal {
 public:
  void add(DiskRequest request);
  /// Adds the request to create it where the path is not there.
  void note_created(const std::string& path);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<DiskRequest> requests() const;

 private:
  mutable std::mutex mutex_;
  std::vector<DiskRequest> requests_;
  std::map<std::string, bool> there_;
};

/// Files by path, with their contents.
using DiskImage = std::map<std::string, std::string>;

/// The power fails after the first `count` requests. Of what was asked for and not synced, each sector of 512
/// bytes, each change of a size and each name may be on disk or not, in whatever order; a sector that was
/// being written may hold anything within the written bytes, and what stood beside them is left alone (SQLite
/// relies on that: SQLITE_IOCAP_POWERSAFE_OVERWRITE). The seed chooses among all that.
[[nodiscard]] DiskImage after_power_cut(const std::vector<DiskRequest>& requests, std::size_t count,
                                        std::mt19937_64& random);

/// The process ends after the first `count` requests, and the system goes on: all is as it was asked for.
[[nodiscard]] DiskImage after_kill(const std::vector<DiskRequest>& requests, std::size_t count);

}  // namespace cogos::store
