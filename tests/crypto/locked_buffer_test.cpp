#include "crypto/locked_buffer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "support/sanitized.hpp"

namespace cogos::crypto {
namespace {

/// KiB that this process has locked.
long locked_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmLck:")) return std::stol(line.substr(6));
  }
  return -1;
}

TEST(LockedBuffer, IsLockedWhileItLives) {
  if (test::kSanitized) GTEST_SKIP() << "no memory is locked under a sanitizer";
  const long before = locked_kib();
  {
    auto buffer = LockedBuffer::allocate(4000);
    ASSERT_TRUE(buffer) << buffer.error().message();
    ASSERT_EQ(buffer->reveal().size(), 4000U);
    std::fill(buffer->reveal().begin(), buffer->reveal().end(), std::uint8_t{'x'});
    LockedBuffer moved = std::move(*buffer);
    EXPECT_EQ(moved.reveal()[3999], 'x');
    EXPECT_EQ(locked_kib(), before + 4) << "a page";
  }
  EXPECT_EQ(locked_kib(), before);
}

TEST(LockedBufferDeathTest, FailsWhereTheSystemDoesNotLock) {
  if (test::kSanitized) GTEST_SKIP() << "no lock is refused under a sanitizer";
  const auto ends_with = [] {
    const rlimit none{0, 0};
    // Who may lock as much as they like is not bound by the limit.
    if (::setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (::geteuid() == 0 && ::setuid(65534) != 0)) return 2;
    const auto buffer = LockedBuffer::allocate(4000);
    return !buffer && buffer.error().code() == ErrorCode::overloaded ? 0 : 1;
  };
  EXPECT_EXIT(std::_Exit(ends_with()), ::testing::ExitedWithCode(0), "");
}

TEST(LockedBuffer, FailsWhereThereIsNotSoMuchMemory) {
  EXPECT_FALSE(LockedBuffer::allocate(std::size_t{1} << 62U));
}

}  // namespace
}  // namespace cogos::crypto
