#include "net/hello_guard.hpp"

#include <gtest/gtest.h>

#include <string>

#include "net/running_server.hpp"

namespace cogos::net::test {
namespace {

std::string two(std::size_t number) {
  return {static_cast<char>(number >> 8U), static_cast<char>(number)};
}
std::string record(char type, const std::string& payload) {
  return std::string(1, type) + "\x03\x03" + two(payload.size()) + payload;
}
std::string hello(std::size_t length, const std::string& body = {}) {
  return std::string(1, '\x01') + static_cast<char>(length >> 16U) + two(length & 0xffff) + body;
}
std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

const std::string kRetryRequest =
    record(22, "\x02" + std::string(5, 'x') +
                   "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
                   "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c" +
                   std::string(20, 'x'));

TEST(HelloGuard, LetsAHelloOfUsualLengthPass) {
  HelloGuard guard;
  EXPECT_TRUE(guard.received(bytes(record(22, hello(600, std::string(600, 'h'))))));
}

TEST(HelloGuard, ObjectsToOneThatSaysItIsTooLongInAnyPortions) {
  const std::string text = record(22, hello(HelloGuard::kLongest + 1, "..."));
  EXPECT_TRUE(HelloGuard().received(bytes(record(22, hello(HelloGuard::kLongest, "...")))));
  EXPECT_FALSE(HelloGuard().received(bytes(text)));
  HelloGuard guard;
  bool passed = true;
  for (const char& byte : text) passed = passed && guard.received(bytes(std::string_view(&byte, 1)));
  EXPECT_FALSE(passed);
}

TEST(HelloGuard, SeesALengthThatIsSpreadOverRecords) {
  const std::string start = hello(100'000);
  HelloGuard guard;
  for (const char byte : start.substr(0, 3))
    EXPECT_TRUE(guard.received(bytes(record(22, std::string(1, byte)))));
  EXPECT_FALSE(guard.received(bytes(record(22, start.substr(3)))));
}

TEST(HelloGuard, LooksAtTheSecondHelloWhereTheServerAskedForIt) {
  const std::string first = record(22, hello(10, "0123456789"));
  const std::string second = record(20, "\x01") + record(22, hello(100'000));
  HelloGuard asked;
  EXPECT_TRUE(asked.received(bytes(first)));
  asked.sent(bytes(kRetryRequest));
  EXPECT_FALSE(asked.received(bytes(second)));
  // What follows an ordinary answer is encrypted, and may look like anything.
  HelloGuard answered;
  EXPECT_TRUE(answered.received(bytes(first)));
  answered.sent(bytes(record(22, std::string(90, 's'))));
  EXPECT_TRUE(answered.received(bytes(second)));
  answered.sent(bytes(kRetryRequest));
  EXPECT_TRUE(answered.received(bytes(second)));
}

TEST(HelloGuard, GuardsTheServersHandshakes) {
  RunningServer running;
  RawClient too_long(running.tls_port());
  too_long.send(record(22, hello(100'000, std::string(60, 'h'))));
  EXPECT_TRUE(too_long.at_end());
  RawClient waiting(running.tls_port());
  waiting.send(record(22, hello(16'000, std::string(60, 'h'))));
  RawClient retried(running.tls_port());  // offers a group of ours only after another, so it is asked again
  EXPECT_TRUE(retried.secure([](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "P-384:P-256"); }));
  retried.send(request("GET", "/"));
  EXPECT_EQ(retried.receive()->status, 200);
}

}  // namespace
}  // namespace cogos::net::test
