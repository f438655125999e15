#include "app/system_calls.hpp"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace cogos::app {
namespace {

// Whatever their arguments are. A call belongs here if glibc, Asio, SQLite, OpenSSL or libsodium make it
// while requests are served, settings are read again, or the process ends; a test that dies of SIGSYS found
// one that is missing.
constexpr std::array kAllowed{
    // Connections and names of hosts.
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(getpeername),
    SCMP_SYS(getsockname), SCMP_SYS(getsockopt), SCMP_SYS(listen), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
    SCMP_SYS(sendmmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
    // The event loop.
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
    // Files: the store's, and those that are read again.
    SCMP_SYS(access), SCMP_SYS(close), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fallocate),
    SCMP_SYS(fchmod), SCMP_SYS(fchown), SCMP_SYS(fdatasync), SCMP_SYS(flock), SCMP_SYS(fstat),
    SCMP_SYS(fstatfs), SCMP_SYS(fsync), SCMP_SYS(ftruncate), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
    SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(newfstatat),
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(read),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(readv), SCMP_SYS(rename), SCMP_SYS(renameat),
    SCMP_SYS(renameat2), SCMP_SYS(stat), SCMP_SYS(statfs), SCMP_SYS(statx), SCMP_SYS(umask), SCMP_SYS(unlink),
    SCMP_SYS(unlinkat), SCMP_SYS(write), SCMP_SYS(writev),
    // Memory.
    SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(mremap), SCMP_SYS(munlock),
    SCMP_SYS(munmap),
    // Threads.
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(futex), SCMP_SYS(get_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(set_robust_list),
    // Signals.
    SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    // Time, randomness, and what a process may know of itself.
    SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(getegid),
    SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpid), SCMP_SYS(getrandom), SCMP_SYS(getrusage),
    SCMP_SYS(gettid), SCMP_SYS(gettimeofday), SCMP_SYS(getuid), SCMP_SYS(nanosleep), SCMP_SYS(sysinfo),
    SCMP_SYS(time), SCMP_SYS(uname)};

constexpr scmp_datum_t datum(auto value) {
  return static_cast<scmp_datum_t>(value);
}

class Filter {
 public:
  explicit Filter(std::uint32_t others) : context_(seccomp_init(others), &seccomp_release) {
    if (!context_) throw std::system_error(ENOMEM, std::generic_category());
    // A tree in place of a list: the filter runs at each call.
    must(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }

  template <typename... Conditions>
  void rule(std::uint32_t action, int call, Conditions... conditions) {
    const std::array<scmp_arg_cmp, sizeof...(Conditions)> all{conditions...};
    must(seccomp_rule_add_array(context_.get(), action, call, all.size(), all.data()));
  }

  void load() { must(seccomp_load(context_.get())); }

 private:
  static void must(int returned) {
    if (returned < 0) throw std::system_error(-returned, std::generic_category());
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, mask, value};
}

scmp_arg_cmp equal(unsigned argument, scmp_datum_t value) {
  return scmp_arg_cmp{argument, SCMP_CMP_EQ, value, 0};
}

/// A thread of this process, and no other process. glibc asks by clone3 first, whose arguments a filter
/// cannot see, and takes clone where that is not known.
void allow_threads(Filter& filter) {
  constexpr auto kThread = datum(CLONE_THREAD | CLONE_VM);
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(clone), masked(0, kThread, kThread));
  filter.rule(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
}

/// Memory, but none that is code: a plug-in of the resolver's is then as one that is not there.
void allow_data(Filter& filter) {
  constexpr auto kCode = datum(PROT_EXEC);
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    filter.rule(SCMP_ACT_ALLOW, call, masked(2, kCode, 0));
    filter.rule(SCMP_ACT_ERRNO(EPERM), call, masked(2, kCode, kCode));
  }
}

/// The internet's sockets, and the kernel's list of this machine's addresses, by which the resolver sorts. It
/// also asks for a cache behind a local socket and goes on without.
void allow_sockets(Filter& filter) {
  for (const int family : {AF_INET, AF_INET6, AF_NETLINK}) {
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(socket), equal(0, datum(family)));
  }
  filter.rule(SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), equal(0, datum(AF_UNIX)));
}

void allow_with_conditions(Filter& filter) {
  allow_threads(filter);
  allow_data(filter);
  allow_sockets(filter);
  // Asio's way to a socket that does not block; whether a stream is a terminal.
  for (const auto request : {datum(FIONBIO), datum(FIONREAD), datum(TCGETS)}) {
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), equal(1, request));
  }
  // Flags and locks, but not whom a descriptor's signals go to: that could be another process.
  for (const int command :
       {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETLK, F_SETLK, F_SETLKW}) {
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(fcntl), equal(1, datum(command)));
  }
  // Limits are read, not set.
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), equal(2, 0));
  // abort() sends its signal to this process, and nothing is to be sent to others.
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), equal(0, datum(getpid())));
}

}  // namespace

Result<void> allow_listed_system_calls(bool log_only) {
  try {
    Filter filter(log_only ? SCMP_ACT_LOG : SCMP_ACT_KILL_PROCESS);
    for (const int call : kAllowed) filter.rule(SCMP_ACT_ALLOW, call);
    allow_with_conditions(filter);
    filter.load();
    return {};
  } catch (const std::system_error& error) {
    return Error{ErrorCode::internal,
                 "the kernel takes no filter of system calls; process.seccomp = \"off\" does without one",
                 error.code().message()};
  }
}

}  // namespace cogos::app
