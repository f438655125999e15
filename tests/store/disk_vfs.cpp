#include "store/disk_vfs.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>

namespace cogos::store {
namespace {

/// The state of the one disk there is; the mutex also keeps the journal in the order of the requests.
struct VfsState {
  std::mutex mutex;
  std::optional<Fault> fault;
  std::uint64_t matched = 0;
  std::uint64_t met = 0;
  DiskJournal* journal = nullptr;
};
VfsState disk;

/// What SQLite takes for a file: it allocates szOsFile bytes, and the real one lies behind this.
struct ShimFile {
  sqlite3_file base;
  DiskPart part;
  bool syncs_names;   ///< As the system's VFS: the first sync of a log or journal syncs its directory.
  std::string* path;  ///< Null for temporary files, which nobody finds again.
};

ShimFile* shim(sqlite3_file* file) {
  return reinterpret_cast<ShimFile*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(shim(file) + 1);
}

/// How this call fails; nothing where it goes well. With the mutex held.
std::optional<Failure> failure_of(DiskCall call, DiskPart part) {
  if (!disk.fault) return std::nullopt;
  const Fault& fault = *disk.fault;
  if (call != fault.call.value_or(call) || part != fault.part.value_or(part)) return std::nullopt;
  const std::uint64_t place = disk.matched++;
  if (place < fault.passes || (place > fault.passes && !fault.lasts)) return std::nullopt;
  ++disk.met;
  return fault.failure;
}

void note(DiskRequest::Kind kind, const std::string* path, std::uint64_t at = 0, std::string bytes = {}) {
  if (disk.journal == nullptr || path == nullptr) return;
  disk.journal->add({kind, *path, at, std::move(bytes)});
}

/// For calls that change nothing on disk: `code` where the fault is in force, else what the system's VFS
/// says.
template <class Real>
int unless_failing(sqlite3_file* f, DiskCall call, int code, Real ask) {
  const std::lock_guard lock(disk.mutex);
  return failure_of(call, shim(f)->part) ? code : ask(real(f));
}

int close(sqlite3_file* f) {
  delete shim(f)->path;
  return real(f)->pMethods->xClose(real(f));
}
int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return unless_failing(f, DiskCall::read, SQLITE_IOERR_READ,
                        [=](sqlite3_file* file) { return file->pMethods->xRead(file, to, size, at); });
}
int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  const std::lock_guard lock(disk.mutex);
  const auto failure = failure_of(DiskCall::write, shim(f)->part);
  if (failure == Failure::io_error) return SQLITE_IOERR_WRITE;
  if (failure == Failure::full) return SQLITE_FULL;
  if (failure == Failure::short_write) size /= 2;
  const int code = real(f)->pMethods->xWrite(real(f), from, size, at);
  if (code != SQLITE_OK) return code;
  note(DiskRequest::Kind::write, shim(f)->path, static_cast<std::uint64_t>(at),
       std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)));
  return failure ? SQLITE_FULL : SQLITE_OK;
}
int truncate(sqlite3_file* f, sqlite3_int64 size) {
  const std::lock_guard lock(disk.mutex);
  if (failure_of(DiskCall::truncate, shim(f)->part)) return SQLITE_IOERR_TRUNCATE;
  const int code = real(f)->pMethods->xTruncate(real(f), size);
  if (code == SQLITE_OK) note(DiskRequest::Kind::truncate, shim(f)->path, static_cast<std::uint64_t>(size));
  return code;
}
int sync(sqlite3_file* f, int /*flags*/) {
  const std::lock_guard lock(disk.mutex);
  const std::string* path = shim(f)->path;
  if (failure_of(DiskCall::sync, shim(f)->part)) {
    note(DiskRequest::Kind::failed_sync, path);
    return SQLITE_IOERR_FSYNC;
  }
  note(DiskRequest::Kind::sync, path);
  if (shim(f)->syncs_names && path != nullptr) {
    const std::string directory = std::filesystem::path(*path).parent_path();
    note(DiskRequest::Kind::sync_names, &directory);
    shim(f)->syncs_names = false;
  }
  return SQLITE_OK;
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return unless_failing(f, DiskCall::size, SQLITE_IOERR_FSTAT,
                        [=](sqlite3_file* file) { return file->pMethods->xFileSize(file, size); });
}
int lock(sqlite3_file* f, int level) {
  return unless_failing(f, DiskCall::lock, SQLITE_IOERR_LOCK,
                        [=](sqlite3_file* file) { return file->pMethods->xLock(file, level); });
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
  return unless_failing(f, DiskCall::map_shared, SQLITE_IOERR_SHMMAP, [=](sqlite3_file* file) {
    return file->pMethods->xShmMap(file, page, size, extend, out);
  });
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  // Letting go cannot fail in a way that a program could answer.
  if ((flags & SQLITE_SHM_UNLOCK) != 0) return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
  return unless_failing(f, DiskCall::lock_shared, SQLITE_IOERR_SHMLOCK,
                        [=](sqlite3_file* file) { return file->pMethods->xShmLock(file, offset, n, flags); });
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

DiskPart part_of(int flags) {
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return DiskPart::database;
  if ((flags & SQLITE_OPEN_WAL) != 0) return DiskPart::log;
  if ((flags & SQLITE_OPEN_MAIN_JOURNAL) != 0) return DiskPart::journal;
  return DiskPart::other;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const DiskPart part = part_of(flags);
  const bool syncs_names = part == DiskPart::log || part == DiskPart::journal;
  *shim(file) = {{nullptr}, part, syncs_names, nullptr};
  const std::lock_guard lock(disk.mutex);
  if (failure_of(DiskCall::open, part)) return SQLITE_CANTOPEN;
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  const int code = system->xOpen(system, name, real(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  shim(file)->base.pMethods = &kMethods;
  if (name != nullptr) {
    shim(file)->path = new std::string(name);
    if (disk.journal != nullptr) disk.journal->note_created(*shim(file)->path);
  }
  return SQLITE_OK;
}

int remove(sqlite3_vfs*, const char* name, int sync_directory) {
  const std::lock_guard lock(disk.mutex);
  if (failure_of(DiskCall::remove, DiskPart::other)) return SQLITE_IOERR_DELETE;
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  const int code = system->xDelete(system, name, 0);
  if (code != SQLITE_OK) return code;
  const std::string path(name);
  note(DiskRequest::Kind::remove, &path);
  const std::string directory = std::filesystem::path(path).parent_path();
  if (sync_directory != 0) note(DiskRequest::Kind::sync_names, &directory);
  return SQLITE_OK;
}

int access(sqlite3_vfs*, const char* name, int flags, int* result) {
  const std::lock_guard lock(disk.mutex);
  if (failure_of(DiskCall::access, DiskPart::other)) return SQLITE_IOERR_ACCESS;
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  return system->xAccess(system, name, flags, result);
}

/// Whether the fsync of this descriptor goes well; true for what is no directory.
bool sync_names(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISDIR(status.st_mode)) return true;
  const std::lock_guard lock(disk.mutex);
  if (failure_of(DiskCall::sync_names, DiskPart::other)) return false;
  const std::string directory = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
  note(DiskRequest::Kind::sync_names, &directory);
  return true;
}

}  // namespace

const char* disk_vfs() {
  constexpr const char* kName = "cogos-disk";
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *sqlite3_vfs_find(nullptr);
    made.zName = kName;
    made.szOsFile += static_cast<int>(sizeof(ShimFile));
    made.pNext = nullptr;
    made.xOpen = open;
    made.xDelete = remove;
    made.xAccess = access;
    return made;
  }();
  if (sqlite3_vfs_find(kName) == nullptr && sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) {
    throw std::runtime_error("the tests' VFS could not be registered");
  }
  return kName;
}

void set_fault(const Fault& fault) {
  const std::lock_guard lock(disk.mutex);
  disk.fault = fault;
  disk.matched = 0;
  disk.met = 0;
}

void clear_fault() {
  const std::lock_guard lock(disk.mutex);
  disk.fault.reset();
}

std::uint64_t faults_met() {
  const std::lock_guard lock(disk.mutex);
  return disk.met;
}

void record_disk(DiskJournal* journal) {
  const std::lock_guard lock(disk.mutex);
  disk.journal = journal;
}

}  // namespace cogos::store

// The linker gives the store's calls of fsync, which are for directories, to __wrap_fsync
// (tests/CMakeLists.txt).
extern "C" int __real_fsync(int descriptor);
extern "C" int __wrap_fsync(int descriptor);
extern "C" int __wrap_fsync(int descriptor) {
  if (cogos::store::sync_names(descriptor)) return __real_fsync(descriptor);
  errno = EIO;
  return -1;
}
