#include "http/query.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace cogos::http {
namespace {

TEST(Query, ReadsNothingBeyondItsText) {
  // Boost.URL 1.81 takes a query's end from the next NUL in memory; a view into a longer text has none at its
  // end.
  constexpr std::string_view around = "app_id=shop&limit=25&order=desc";
  const auto query = Query::parse(around.substr(0, around.find("5&")));
  ASSERT_TRUE(query);
  EXPECT_EQ(query->text("app_id"), "shop");
  EXPECT_EQ(query->text("limit"), "2");
  EXPECT_EQ(query->text("order"), std::nullopt);
}

TEST(Query, IsEmptyForNoText) {
  const auto query = Query::parse({});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->text("app_id"), std::nullopt);
}

TEST(Query, RefusesARepeatedNameANulAndBrokenUtf8) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(Query::parse("a=1&a=2"));
  EXPECT_FALSE(Query::parse("a=1\0&b=2"sv));
  EXPECT_FALSE(Query::parse("a=%FF"));
  EXPECT_FALSE(Query::parse("a=%"));
}

TEST(Query, OfAFormReadsPlusAsASpaceAndOfATargetAsItself) {
  const auto form = Query::parse_form("package=team+one%2B&empty=");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->text("package"), "team one+");
  EXPECT_EQ(form->text("empty"), std::nullopt);
  EXPECT_EQ(Query::parse("a=b+c")->text("a"), "b+c");
  for (const char* broken : {"a=1&a=2", "a=%2", "a=%GG", "a=%FF%FE", "a=\"<", "a=b c", "a\r\n=1"}) {
    const auto refused = Query::parse_form(broken);
    ASSERT_FALSE(refused) << broken;
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request);
    EXPECT_NE(refused.error().message().find("form"), std::string::npos);
  }
}

}  // namespace
}  // namespace cogos::http
