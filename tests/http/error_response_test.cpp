#include "http/error_response.hpp"

#include <gtest/gtest.h>

namespace cogos::http {
namespace {

TEST(ErrorResponse, HasFactsAndProblemsAsMembersBesideTheMessage) {
  const Error error = Error(ErrorCode::validation_failed, "see errors")
                          .with_problems({"a is missing", "b is negative"})
                          .with_fact("ceiling", 4096)
                          .with_fact("key_id", "kid-1");
  const Response response = error_response(error, "req-1");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            R"({"error":{"ceiling":4096,"errors":["a is missing","b is negative"],"key_id":"kid-1",)"
            R"("message":"see errors","type":"validation_failed"}})");
}

TEST(ErrorResponse, OfAFailureInsideTellsNothingOfIt) {
  const Response response = error_response(Error(ErrorCode::internal, "disk /x", "secret"), "req-1");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("disk"), std::string::npos);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
  EXPECT_NE(response.body.find("req-1"), std::string::npos);
}

}  // namespace
}  // namespace cogos::http
