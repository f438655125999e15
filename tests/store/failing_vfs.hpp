#pragma once

#include <cstdint>

namespace cogos::store {

enum class Fault : std::uint8_t {
  none,
  log_sync,       ///< fsync of the write-ahead log reports an I/O error, after the bytes were written.
  log_write,      ///< Writing to the write-ahead log does.
  log_full,       ///< The disk is full when the write-ahead log is written.
  database_sync,  ///< fsync of the database itself does: a checkpoint.
};

/// The VFS to name in StoreOptions: the system's, but with the fault in force. Registers itself once.
[[nodiscard]] const char* failing_vfs();
/// For every file opened by that VFS, from now on.
void set_fault(Fault fault);

}  // namespace cogos::store
