#include "net/socket_bio.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

namespace cogos::net::test {
namespace {

/// Two ends of a connection: the BIO on one of them, and the other.
class SocketBio : public testing::Test {
 public:
  SocketBio() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    bio.reset(new_socket_bio(ends[0], false));
  }
  ~SocketBio() override {
    for (const int end : ends) ::close(end);
  }
  int read() { return BIO_read(bio.get(), buffer.data(), static_cast<int>(buffer.size())); }

  std::array<int, 2> ends{};
  std::unique_ptr<BIO, decltype(&BIO_free)> bio{nullptr, &BIO_free};
  std::array<char, 4> buffer{};
};

TEST_F(SocketBio, ReadsAsOftenAsItIsAllowedAndThenSaysThatNothingIsThere) {
  ASSERT_EQ(::send(ends[1], "0123456789abcdef", 16, 0), 16);
  EXPECT_LE(read(), 0);
  EXPECT_TRUE(BIO_should_read(bio.get()));
  for (int round = 0; round < 2; ++round) {
    allow_reads(bio.get(), 2);
    EXPECT_EQ(read(), 4);
    EXPECT_EQ(read(), 4);
    EXPECT_LE(read(), 0);
    EXPECT_TRUE(BIO_should_read(bio.get()));
  }
}

TEST_F(SocketBio, TellsNothingThereFromTheEnd) {
  allow_reads(bio.get(), 3);
  EXPECT_LE(read(), 0);
  EXPECT_TRUE(BIO_should_read(bio.get()));
  EXPECT_FALSE(BIO_eof(bio.get()));
  ::shutdown(ends[1], SHUT_WR);
  EXPECT_LE(read(), 0);
  EXPECT_FALSE(BIO_should_retry(bio.get()));
  EXPECT_TRUE(BIO_eof(bio.get()));
}

TEST_F(SocketBio, FailsWithoutASignalWhereThePeerIsGone) {
  ::close(ends[1]);
  EXPECT_LE(BIO_write(bio.get(), "x", 1), 0);
  EXPECT_FALSE(BIO_should_retry(bio.get()));
}

}  // namespace
}  // namespace cogos::net::test
