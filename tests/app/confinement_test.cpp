#include "app/confinement.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

namespace cogos::app {
namespace {

constexpr int kHeld = 0;
constexpr int kNotConfined = 99;

/// In a process of its own, since there is no way back.
class Confinement : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_confinable()) GTEST_SKIP() << "built with a sanitizer, which makes calls of its own";
  }

  [[noreturn]] static void run(const char* others, const std::function<bool()>& holds) {
    if (!confine(others)) std::_Exit(kNotConfined);
    std::_Exit(holds() ? kHeld : 1);
  }

  static void expect_holds(const char* others, const std::function<bool()>& holds) {
    EXPECT_EXIT(run(others, holds), testing::ExitedWithCode(kHeld), "");
  }

  static void expect_killed(const std::function<bool()>& call) {
    EXPECT_EXIT(run("kill", call), testing::KilledBySignal(SIGSYS), "");
  }
};

/// Whether `returned` is a refusal for this reason.
bool refused(std::int64_t returned, int reason) {
  return returned == -1 && errno == reason;
}

bool start_a_program() {
  char* const none[] = {nullptr};
  return execve("/nonexistent", none, none) == -1;
}

TEST_F(Confinement, StartsNoProgramAndNoOtherProcess) {
  expect_killed(start_a_program);
  expect_killed([] { return fork() == 0; });
  expect_killed([] { return syscall(SYS_vfork) == 0; });
}

TEST_F(Confinement, DoesNotReachOtherProcesses) {
  expect_killed([] { return ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; });
  const pid_t other = getppid();  // asked here: the call is not on the list
  expect_killed([other] { return kill(other, 0) == 0; });
  expect_killed([] { return syscall(SYS_tgkill, 1, 1, 0) == 0; });
  expect_killed([other] { return fcntl(STDIN_FILENO, F_SETOWN, other) == 0; });
}

TEST_F(Confinement, ChangesNothingOfTheMachineOrOfItself) {
  expect_killed([] { return setuid(getuid()) == 0; });
  expect_killed([] { return chroot("/") == 0; });
  expect_killed([] { return syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr) == 0; });
  expect_killed([] { return syscall(SYS_bpf, 0, nullptr, 0) == 0; });
  expect_killed([] { return syscall(SYS_io_uring_setup, 1, nullptr) == 0; });
  expect_killed([] {
    const rlimit limit{16, 16};
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
  });
}

TEST_F(Confinement, TakesNoOtherFilterOff) {
  expect_killed([] { return prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0; });
  expect_killed([] { return prctl(PR_SET_SECCOMP, 0, nullptr) == 0; });
}

TEST_F(Confinement, GetsNoMemoryThatIsCode) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  expect_holds("kill", [page] {
    void* const code = mmap(nullptr, page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code == MAP_FAILED && errno == EPERM;
  });
  expect_holds("kill", [page] {
    void* const data = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data != MAP_FAILED && mprotect(data, page, PROT_READ) == 0 &&
           refused(mprotect(data, page, PROT_READ | PROT_EXEC), EPERM);
  });
}

TEST_F(Confinement, HasTheInternetsSocketsAlone) {
  expect_holds("kill", [] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; });
  expect_holds("kill", [] { return refused(socket(AF_UNIX, SOCK_STREAM, 0), EAFNOSUPPORT); });
  expect_killed([] { return socket(AF_PACKET, SOCK_RAW, 0) >= 0; });
  expect_killed([] { return socket(AF_VSOCK, SOCK_STREAM, 0) >= 0; });
}

TEST_F(Confinement, LeavesWhatAServerDoes) {
  expect_holds("kill", [] {
    bool ran = false;
    std::thread([&ran] { ran = true; }).join();
    return ran;
  });
  expect_holds("kill", [] {
    addrinfo* found = nullptr;
    const int failed = getaddrinfo("localhost", "443", nullptr, &found);
    return failed == 0 && found != nullptr;
  });
  expect_holds("kill", [] {
    const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return write(file, "x", 1) == 1 && close(file) == 0;
  });
  EXPECT_EXIT(run("kill", []() -> bool { std::abort(); }), testing::KilledBySignal(SIGABRT), "");
}

TEST_F(Confinement, HoldsForThreadsThatAreStartedLater) {
  expect_killed([] {
    std::thread([] { start_a_program(); }).join();
    return true;
  });
}

TEST_F(Confinement, OnlyLogsOrIsOffWhereThatIsSaid) {
  expect_holds("log", start_a_program);
  expect_holds("off", start_a_program);
}

TEST_F(Confinement, GivesUpNewPrivilegesInAnyCase) {
  // Asked outside of the filter, which has no prctl.
  expect_holds("off", [] { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; });
  expect_holds("log", [] { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; });
}

TEST_F(Confinement, ForbidsDumps) {
  const auto holds = [] {
    forbid_dumps();
    rlimit limit{1, 1};
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 &&
           prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
  };
  expect_holds("off", holds);
}

}  // namespace
}  // namespace cogos::app
