#include "store/failing_vfs.hpp"

#include <sqlite3.h>

#include <atomic>
#include <stdexcept>
#include <string_view>

namespace cogos::store {
namespace {

std::atomic<Fault> fault_in_force = Fault::none;

/// What SQLite takes for a file: it allocates szOsFile bytes, and the real one lies behind this.
struct ShimFile {
  sqlite3_file base;
  bool is_log;
};

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<ShimFile*>(file) + 1);
}

bool hits(sqlite3_file* file, Fault fault) {
  const bool is_log = reinterpret_cast<ShimFile*>(file)->is_log;
  return fault_in_force == fault && is_log == (fault != Fault::database_sync);
}

int close(sqlite3_file* f) {
  return real(f)->pMethods->xClose(real(f));
}
int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return real(f)->pMethods->xRead(real(f), to, size, at);
}
int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  if (hits(f, Fault::log_write)) return SQLITE_IOERR_WRITE;
  if (hits(f, Fault::log_full)) return SQLITE_FULL;
  return real(f)->pMethods->xWrite(real(f), from, size, at);
}
int truncate(sqlite3_file* f, sqlite3_int64 size) {
  return real(f)->pMethods->xTruncate(real(f), size);
}
int sync(sqlite3_file* f, int flags) {
  if (hits(f, Fault::log_sync) || hits(f, Fault::database_sync)) return SQLITE_IOERR_FSYNC;
  return real(f)->pMethods->xSync(real(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}
int lock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xLock(real(f), level);
}
int unlock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xUnlock(real(f), level);
}
int check_reserved(sqlite3_file* f, int* out) {
  return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
int control(sqlite3_file* f, int op, void* arg) {
  return real(f)->pMethods->xFileControl(real(f), op, arg);
}
int sector_size(sqlite3_file* f) {
  return real(f)->pMethods->xSectorSize(real(f));
}
int characteristics(sqlite3_file* f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) {
  real(f)->pMethods->xShmBarrier(real(f));
}
int shm_unmap(sqlite3_file* f, int remove) {
  return real(f)->pMethods->xShmUnmap(real(f), remove);
}

const sqlite3_io_methods kMethods{
    2,         close,          read,    write,       truncate,        sync,    file_size, lock,
    unlock,    check_reserved, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
    shm_unmap, nullptr,        nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* shim = reinterpret_cast<ShimFile*>(file);
  shim->base.pMethods = nullptr;
  shim->is_log = name != nullptr && std::string_view(name).ends_with("-wal");
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  const int code = system->xOpen(system, name, real(file), flags, out_flags);
  if (code == SQLITE_OK) shim->base.pMethods = &kMethods;
  return code;
}

}  // namespace

const char* failing_vfs() {
  constexpr const char* kName = "cogos-failing";
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *sqlite3_vfs_find(nullptr);
    made.zName = kName;
    made.szOsFile += static_cast<int>(sizeof(ShimFile));
    made.pNext = nullptr;
    made.xOpen = open;
    return made;
  }();
  if (sqlite3_vfs_find(kName) == nullptr && sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) {
    throw std::runtime_error("the failing VFS could not be registered");
  }
  return kName;
}

void set_fault(Fault fault) {
  fault_in_force = fault;
}

}  // namespace cogos::store
