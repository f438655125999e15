// Preloaded into a program (LD_PRELOAD), lets the n-th of its calls to the disk fail, or ends the program
// before it, whichever library makes that call. What counts are calls on paths below FAILING_DISK_BELOW.
//
// FAILING_DISK_TRACE: a file that gets a line for each such call, its name and its path's last part.
// FAILING_DISK_AT: the number of the call, from 0. Without it none fails.
// FAILING_DISK_HOW: `eio`, this one call fails; `full`, from this call on there is no room, so that calls
// that need none go well; `kill`, the program gets SIGKILL before it.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

enum class Need { nothing, change, room };  // kill comes before changes alone: nothing else differs by it

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Plan {
  std::string_view below = setting("FAILING_DISK_BELOW");
  std::string_view how = setting("FAILING_DISK_HOW");
  long at = *setting("FAILING_DISK_AT") == '\0' ? -1 : std::atol(setting("FAILING_DISK_AT"));
  int trace = *setting("FAILING_DISK_TRACE") == '\0'
                  ? -1
                  : ::open(setting("FAILING_DISK_TRACE"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  std::atomic<long> calls = 0;
};

/// Made at the first call: before this library's own objects are.
Plan& plan() {
  static Plan one;
  return one;
}

thread_local bool within = false;  // what this library itself asks for does not count

void trace(const char* call, std::string_view path) {
  if (plan().trace < 0) return;
  char line[300];
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const int size =
      std::snprintf(line, sizeof line, "%s %.*s\n", call, static_cast<int>(name.size()), name.data());
  auto* write = reinterpret_cast<ssize_t (*)(int, const void*, size_t)>(::dlsym(RTLD_NEXT, "write"));
  if (size > 0) write(plan().trace, line, static_cast<size_t>(size));
}

/// Whether the call fails; errno says how then.
bool fails(const char* call, std::string_view path, Need need) {
  if (within) return false;
  within = true;
  Plan& now = plan();
  bool failed = false;
  if (!now.below.empty() && path.starts_with(now.below)) {
    const long n = now.calls++;
    trace(call, path);
    if (now.at >= 0 && n == now.at && now.how == "kill" && need != Need::nothing) ::kill(::getpid(), SIGKILL);
    if (now.at >= 0 && n == now.at && now.how == "eio") failed = true;
    if (now.at >= 0 && n >= now.at && now.how == "full") failed = need == Need::room;
    if (failed) errno = now.how == "full" ? ENOSPC : EIO;
  }
  within = false;
  return failed;
}

bool fails(const char* call, int descriptor, Need need) {
  if (within) return false;
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const int kept = errno;
  const ssize_t size = ::readlink(link, path, sizeof path);
  errno = kept;
  return size > 0 && fails(call, std::string_view(path, static_cast<size_t>(size)), need);
}

/// A path relative to a descriptor, as remove_all uses it.
bool fails(const char* call, int directory, const char* path, Need need) {
  return directory == AT_FDCWD || *path == '/' ? fails(call, std::string_view(path), need)
                                               : fails(call, directory, need);
}

Need need_of(int flags) {
  return (flags & O_CREAT) != 0 ? Need::room : Need::nothing;
}

mode_t mode_of(int flags, va_list more) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
}

}  // namespace

#define REAL(name) (reinterpret_cast<decltype(&::name)>(::dlsym(RTLD_NEXT, #name)))

#define ON_DESCRIPTOR(result, name, need, parameters, arguments) \
  extern "C" result name parameters {                            \
    if (fails(#name, fd, need)) return -1;                       \
    return REAL(name) arguments;                                 \
  }
#define ON_PATH(name, need, parameters, arguments)             \
  extern "C" int name parameters {                             \
    if (fails(#name, std::string_view(path), need)) return -1; \
    return REAL(name) arguments;                               \
  }
#define OPENING(name)                                                    \
  extern "C" int name(const char* path, int flags, ...) {                \
    va_list more;                                                        \
    va_start(more, flags);                                               \
    const mode_t mode = mode_of(flags, more);                            \
    va_end(more);                                                        \
    if (fails(#name, std::string_view(path), need_of(flags))) return -1; \
    return REAL(name)(path, flags, mode);                                \
  }
#define OPENING_AT(name)                                          \
  extern "C" int name(int at, const char* path, int flags, ...) { \
    va_list more;                                                 \
    va_start(more, flags);                                        \
    const mode_t mode = mode_of(flags, more);                     \
    va_end(more);                                                 \
    if (fails(#name, at, path, need_of(flags))) return -1;        \
    return REAL(name)(at, path, flags, mode);                     \
  }

OPENING(open)
OPENING(open64)
OPENING_AT(openat)
OPENING_AT(openat64)

extern "C" FILE* fopen64(const char* path, const char* mode) {
  if (fails("fopen", std::string_view(path), *mode == 'r' ? Need::nothing : Need::room)) return nullptr;
  return REAL(fopen64)(path, mode);
}
extern "C" FILE* fopen(const char* path, const char* mode) {
  if (fails("fopen", std::string_view(path), *mode == 'r' ? Need::nothing : Need::room)) return nullptr;
  return REAL(fopen)(path, mode);
}

ON_DESCRIPTOR(ssize_t, read, Need::nothing, (int fd, void* to, size_t size), (fd, to, size))
ON_DESCRIPTOR(ssize_t, pread64, Need::nothing, (int fd, void* to, size_t size, off64_t at),
              (fd, to, size, at))
ON_DESCRIPTOR(ssize_t, write, Need::room, (int fd, const void* from, size_t size), (fd, from, size))
ON_DESCRIPTOR(ssize_t, writev, Need::room, (int fd, const iovec* from, int count), (fd, from, count))
ON_DESCRIPTOR(ssize_t, pwrite64, Need::room, (int fd, const void* from, size_t size, off64_t at),
              (fd, from, size, at))
ON_DESCRIPTOR(int, ftruncate, Need::change, (int fd, off_t size) noexcept, (fd, size))
ON_DESCRIPTOR(int, ftruncate64, Need::change, (int fd, off64_t size) noexcept, (fd, size))
ON_DESCRIPTOR(int, fsync, Need::room, (int fd), (fd))
ON_DESCRIPTOR(int, fdatasync, Need::room, (int fd), (fd))
ON_PATH(mkdir, Need::room, (const char* path, mode_t mode) noexcept, (path, mode))
ON_PATH(link, Need::room, (const char* path, const char* to) noexcept, (path, to))
ON_PATH(rename, Need::room, (const char* path, const char* to) noexcept, (path, to))
ON_PATH(unlink, Need::change, (const char* path) noexcept, (path))
ON_PATH(remove, Need::change, (const char* path) noexcept, (path))
ON_PATH(rmdir, Need::change, (const char* path) noexcept, (path))

extern "C" int unlinkat(int at, const char* path, int flags) noexcept {
  if (fails("unlinkat", at, path, Need::change)) return -1;
  return REAL(unlinkat)(at, path, flags);
}
extern "C" int renameat2(int from, const char* path, int to, const char* path_to, unsigned flags) noexcept {
  if (fails("renameat2", from, path, Need::room)) return -1;
  return REAL(renameat2)(from, path, to, path_to, flags);
}
