#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "http/message.hpp"

namespace cogos::http {
namespace {

Response secret_response(const std::string& body) {
  Response response;
  response.secret = true;
  response.body = body;
  return response;
}

const std::string kSecret = "sk-cogos-" + std::string(100, '7');

TEST(Response, ASecretBodyIsOverwrittenWhenAnotherAnswerTakesItsPlace) {
  Response response = secret_response(kSecret);
  const char* bytes = response.body.data();
  Response other;
  other.status = 503;
  response = std::move(other);
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(response.secret);
  // The old bytes are still owned, by what was moved from.
  ASSERT_EQ(other.body.data(), bytes);
  EXPECT_EQ(std::count(bytes, bytes + kSecret.size(), '7'), 0);
}

TEST(Response, ASecretBodyIsOverwrittenOnDemandWithItsUnusedCapacity) {
  Response response = secret_response(kSecret);
  const char* bytes = response.body.data();
  response.body.resize(10);
  response.wipe();
  EXPECT_TRUE(response.body.empty());
  ASSERT_EQ(response.body.data(), bytes);
  EXPECT_EQ(std::count(bytes, bytes + kSecret.size(), '7'), 0);
}

TEST(Response, ASecretMovesAsAWhole) {
  Response response = secret_response(kSecret);
  const Response moved = std::move(response);
  EXPECT_TRUE(moved.secret);
  EXPECT_EQ(moved.body, kSecret);
  EXPECT_FALSE(response.secret);
  EXPECT_TRUE(response.body.empty());
}

TEST(Response, AnyOtherBodyStaysAsItIs) {
  Response response;
  response.body = "hello";
  response.wipe();
  EXPECT_EQ(response.body, "hello");
}

}  // namespace
}  // namespace cogos::http
