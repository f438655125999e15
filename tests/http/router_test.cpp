#include "http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cogos::http {
namespace {

Route route(std::string method, std::string pattern) {
  const Realm realm = is_under(pattern, "/admin") ? Realm::admin : Realm::open;
  return {std::move(method), std::move(pattern), realm, BodyKind::none, nullptr};
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.add(route("GET", "/v1/models"));
    router.add(route("POST", "/admin/keys"));
    router.add(route("GET", "/admin/keys"));
    router.add(route("GET", "/admin/keys/quarantined"));
    router.add(route("POST", "/admin/keys/{id}/revoke"));
  }
  Router router;
};

TEST_F(RouterTest, FindsByMethodAndPath) {
  EXPECT_EQ(router.find("GET", "/v1/models").route->pattern, "/v1/models");
  const auto revoke = router.find("POST", "/admin/keys/k-1/revoke");
  ASSERT_TRUE(revoke.route);
  EXPECT_EQ(revoke.parameters.at("id"), "k-1");
  EXPECT_EQ(router.find("GET", "/admin/keys/quarantined").route->pattern, "/admin/keys/quarantined");
}

TEST_F(RouterTest, TellsNoMethodsOfTheOperatorsRoutes) {
  EXPECT_TRUE(router.find("DELETE", "/admin/keys").allow.empty());
  EXPECT_TRUE(router.find("GET", "/admin/keys/k/revoke").allow.empty());
}

TEST_F(RouterTest, FindsWhatBelongsToTheSurfaceOnly) {
  Route probe = route("GET", "/health");
  probe.on_every_door = true;
  router.add(probe);
  const auto found = [this](const char* method, const char* path, Surface surface) {
    const auto match = router.find(method, path, surface);
    return match.route != nullptr || !match.allow.empty();
  };
  for (const Surface surface : {Surface::all, Surface::customers, Surface::operators, Surface::probes}) {
    const bool customers = surface == Surface::all || surface == Surface::customers;
    EXPECT_EQ(found("GET", "/v1/models", surface), customers);
    EXPECT_EQ(found("DELETE", "/v1/models", surface), customers);
    EXPECT_EQ(found("GET", "/admin/keys", surface), has_operators(surface));
    EXPECT_EQ(found("POST", "/admin/keys/k/revoke", surface), has_operators(surface));
    EXPECT_TRUE(found("GET", "/health", surface));
  }
}

TEST_F(RouterTest, TellsAWrongMethodFromAnUnknownPath) {
  EXPECT_EQ(router.find("DELETE", "/v1/models").allow, "GET, HEAD");
  EXPECT_TRUE(router.find("GET", "/v1/nothing").allow.empty());
}

TEST_F(RouterTest, HeadIsGetExceptForOperators) {
  EXPECT_EQ(router.find("HEAD", "/v1/models").route, router.find("GET", "/v1/models").route);
  EXPECT_EQ(router.find("POST", "/v1/models").allow, "GET, HEAD");
  EXPECT_FALSE(router.find("HEAD", "/admin/keys").route);
  EXPECT_FALSE(router.find("HEAD", "/admin/keys/k/revoke").route);
}

TEST_F(RouterTest, APathHasOneSpelling) {
  for (const char* path : {"/v1/models/", "//v1/models", "/V1/models", "/v1/%6dodels", "", "/", "/v1",
                           "/admin/keys//revoke", "/admin/keys/a/b/revoke", "/admin/keys/a/revoke/"}) {
    const auto match = router.find("POST", path);
    EXPECT_FALSE(match.route) << path;
    EXPECT_TRUE(match.allow.empty()) << path;
  }
  EXPECT_FALSE(router.find("get", "/v1/models").route) << "methods have a case";
}

TEST_F(RouterTest, TheSameRouteTwiceIsAMistakeOfTheProgram) {
  EXPECT_THROW(router.add(route("GET", "/v1/models")), std::logic_error);
  EXPECT_THROW(router.add(route("POST", "/admin/keys/{id}/revoke")), std::logic_error);
}

TEST(Headers, NamesHaveNoCaseAndValuesNoLineBreaks) {
  Headers headers;
  headers.set("X-One", "a\r\nX-Two: b");
  EXPECT_EQ(headers.find("x-one"), "a  X-Two: b");
  headers.add("X-ONE", "c");
  EXPECT_EQ(headers.count("x-One"), 2U);
  EXPECT_EQ(headers.joined("X-one"), "a  X-Two: b, c");
  headers.set("x-one", "d");
  EXPECT_EQ(headers.count("X-One"), 1U);
}

TEST(IsUnder, LooksAtWholeSegments) {
  EXPECT_TRUE(is_under("/v1", "/v1"));
  EXPECT_TRUE(is_under("/v1/models", "/v1"));
  EXPECT_FALSE(is_under("/v10", "/v1"));
  EXPECT_FALSE(is_under("/x/v1", "/v1"));
}

TEST(Request, SplitsItsTargetAtTheFirstQuestionMark) {
  Request request;
  request.target = "/v1/audit?a=1?b";
  EXPECT_EQ(request.path(), "/v1/audit");
  EXPECT_EQ(request.query(), "a=1?b");
  request.target = "/v1/audit";
  EXPECT_EQ(request.query(), "");
}

}  // namespace
}  // namespace cogos::http
