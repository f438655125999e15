#include "base/write_all.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <thread>

namespace cogos::base {
namespace {

class WriteAll : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
  void TearDown() override {
    for (const int end : ends_) close(end);
  }

  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST_F(WriteAll, WritesMoreThanOneCallTakes) {
  const std::string all(std::size_t{1} << 20U, 'x');
  std::string got;
  std::thread reader([&] {
    std::array<char, 4096> piece{};
    while (got.size() < all.size()) {
      const ssize_t count = read(reading(), piece.data(), piece.size());
      if (count <= 0) return;
      got.append(piece.data(), static_cast<std::size_t>(count));
    }
  });
  EXPECT_EQ(write_all(writing(), all), 0);
  reader.join();
  EXPECT_EQ(got, all);
}

TEST_F(WriteAll, SaysWhyItCouldNot) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  EXPECT_EQ(write_all(full, "x"), ENOSPC);
  EXPECT_EQ(write_all(full, ""), 0);
  close(full);
  // The end of what a pipe holds comes after a part was written.
  ASSERT_EQ(fcntl(writing(), F_SETFL, O_NONBLOCK), 0);
  EXPECT_EQ(write_all(writing(), std::string(std::size_t{1} << 20U, 'x')), EAGAIN);
}

}  // namespace
}  // namespace cogos::base
