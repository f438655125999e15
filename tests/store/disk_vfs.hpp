#pragma once

#include <cstdint>
#include <optional>

#include "store/disk_journal.hpp"

namespace cogos::store {

/// What SQLite and the store ask a disk for; `sync_names` is fsync of a directory.
enum class DiskCall : std::uint8_t {
  open,
  access,
  remove,
  read,
  write,
  truncate,
  sync,
  size,
  lock,
  map_shared,
  lock_shared,
  sync_names,
};
enum class DiskPart : std::uint8_t { database, log, journal, other };

enum class Failure : std::uint8_t {
  io_error,
  full,         ///< No room; for calls that need none as io_error.
  short_write,  ///< Half of a write comes through, then there is no room.
};

/// Calls that fail. Where `call` or `part` is missing, every one matches.
struct Fault {
  Failure failure = Failure::io_error;
  std::optional<DiskCall> call;
  std::optional<DiskPart> part;
  std::uint64_t passes = 0;  ///< So many matching calls go well before.
  bool lasts = true;         ///< Not one matching call then fails but all.
};

/// The VFS to name in StoreOptions: the system's, except for the fault in force. Registers itself once. It
/// never syncs a file: what a power cut would leave is computed from the journal, not taken from a disk.
[[nodiscard]] const char* disk_vfs();

/// For every file opened by that VFS, and fsync of directories by this program, from now on.
void set_fault(const Fault& fault);
void clear_fault();
/// Calls that failed since set_fault().
[[nodiscard]] std::uint64_t faults_met();

/// What is asked of files from now on goes into the journal; null for none.
void record_disk(DiskJournal* journal);

}  // namespace cogos::store
