#include "engine/schema_validator.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "engine/schema_assertions.hpp"
#include "engine/schema_pattern.hpp"
#include "engine/schema_rewrite.hpp"

namespace cogos::engine {
namespace {

Json json(std::string_view text) {
  return base::parse_json(text).value();
}

bool valid(std::string_view schema, std::string_view value) {
  const auto compiled = SchemaValidator::compile(json(schema));
  EXPECT_TRUE(compiled) << compiled.error().message();
  return compiled && compiled->validate(json(value)).has_value();
}

std::string fault(std::string_view schema, std::string_view value) {
  return SchemaValidator::compile(json(schema)).value().validate(json(value)).error().message();
}

Error refusal(const Json& schema) {
  const auto compiled = SchemaValidator::compile(schema);
  EXPECT_FALSE(compiled) << schema.dump();
  if (compiled) return {};
  EXPECT_EQ(compiled.error().code(), ErrorCode::invalid_request);
  EXPECT_EQ(compiled.error().param(), kSchemaParam);
  return compiled.error();
}

TEST(SchemaValidator, JudgesTypesAndRequiredMembers) {
  constexpr auto kSchema =
      R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":["string","null"]}},
                              "required":["a"],"additionalProperties":false})";
  EXPECT_TRUE(valid(kSchema, R"({"a":1,"b":null})"));
  EXPECT_FALSE(valid(kSchema, R"({"b":"x"})"));
  EXPECT_FALSE(valid(kSchema, R"({"a":"1"})"));
  EXPECT_FALSE(valid(kSchema, R"({"a":1.5})"));
  EXPECT_FALSE(valid(kSchema, R"({"a":1,"c":2})"));
}

TEST(SchemaValidator, TakesNumbersByValue) {
  EXPECT_TRUE(valid(R"({"type":"integer"})", "5.0"));
  EXPECT_TRUE(valid(R"({"const":5.0})", "5"));
  EXPECT_TRUE(valid(R"({"enum":[1,2.0]})", "2"));
  EXPECT_FALSE(valid(R"({"type":"integer","minimum":0})", "-1"));
  EXPECT_FALSE(valid(R"({"exclusiveMinimum":3})", "3"));
  EXPECT_FALSE(valid(R"({"minimum":3,"exclusiveMinimum":true})", "3"));
  EXPECT_TRUE(valid(R"({"type":"number","maximum":1e20})", "18446744073709551615"));
  EXPECT_FALSE(valid(R"({"type":"number","maximum":1})", "18446744073709551615"));
}

TEST(SchemaValidator, TellsMultiplesOfFractions) {
  EXPECT_TRUE(valid(R"({"multipleOf":0.01})", "4.35"));
  EXPECT_FALSE(valid(R"({"multipleOf":0.01})", "4.355"));
  EXPECT_FALSE(valid(R"({"multipleOf":2})", "4.5"));
  EXPECT_TRUE(valid(R"({"multipleOf":2})", "-4"));
}

TEST(SchemaValidator, NamesThePathAndTheReason) {
  constexpr auto kSchema =
      R"({"properties":{"items":{"type":"array","items":{"properties":{"price":{"type":"number"}}}}}})";
  const std::string message = fault(kSchema, R"({"items":[{"price":1},{"price":"x"}]})");
  EXPECT_NE(message.find("$.items[1].price"), std::string::npos) << message;
  EXPECT_NE(message.find("type"), std::string::npos) << message;
}

TEST(SchemaValidator, AssertsFormatsOfStringsAlone) {
  EXPECT_TRUE(valid(R"({"type":["string","null"],"format":"date"})", "null"));
  EXPECT_TRUE(valid(R"({"type":"integer","format":"date"})", "7"));
  EXPECT_TRUE(valid(R"({"format":"date"})", R"("2024-02-29")"));
  EXPECT_FALSE(valid(R"({"format":"date"})", R"("2023-02-29")"));
  EXPECT_FALSE(valid(R"({"format":"date"})", R"("2023-13-01")"));
  EXPECT_TRUE(valid(R"({"format":"date-time"})", R"("2024-01-02T03:04:05.5+01:00")"));
  EXPECT_FALSE(valid(R"({"format":"date-time"})", R"("2024-01-02")"));
  EXPECT_TRUE(valid(R"({"format":"email"})", R"("a.b@c.example")"));
  EXPECT_FALSE(valid(R"({"format":"email"})", R"("a@b@c")"));
  EXPECT_FALSE(valid(R"({"format":"uri"})", R"("no scheme")"));
  EXPECT_TRUE(valid(R"({"format":"no-such-format"})", R"("x")"));
}

TEST(SchemaValidator, CountsCodePointsPastZero) {
  EXPECT_TRUE(valid(R"({"maxLength":2})", R"("éé")"));
  EXPECT_FALSE(valid(R"({"maxLength":2})", R"("ab\u0000cdef")"));
  EXPECT_TRUE(valid(R"({"minLength":4})", R"("a\u0000bc")"));
}

TEST(SchemaValidator, MatchesPatterns) {
  EXPECT_TRUE(valid(R"({"pattern":"^[A-Z]{3}-\\d+$"})", R"("ABC-12")"));
  EXPECT_FALSE(valid(R"({"pattern":"^[A-Z]{3}-\\d+$"})", R"("ABC-")"));
  EXPECT_TRUE(valid(R"({"pattern":"^[a-z]+(-[a-z]+)*$"})", R"("a-slug-here")"));
  EXPECT_TRUE(valid(R"({"pattern":"b"})", "5"));
}

TEST(SchemaValidator, MatchesLongTextWithoutRecursionOrBacktracking) {
  const auto compiled = SchemaValidator::compile(json(R"({"pattern":"^(a|a)*b$"})")).value();
  EXPECT_FALSE(compiled.validate(Json(std::string(4000, 'a'))));
  EXPECT_TRUE(compiled.validate(Json(std::string(4000, 'a') + "b")));
  EXPECT_FALSE(compiled.validate(Json(std::string(1'000'000, 'a') + "b")));
}

TEST(SchemaValidator, FollowsLocalReferences) {
  constexpr auto kTree =
      R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},
    "next":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/node"}]}},"required":["v"]}}})";
  EXPECT_TRUE(valid(kTree, R"({"v":1,"next":{"v":2,"next":null}})"));
  EXPECT_FALSE(valid(kTree, R"({"v":1,"next":{"v":"2"}})"));
  EXPECT_FALSE(
      valid(R"({"properties":{"a":{"type":"integer"},"b":{"$ref":"#/properties/a"}}})", R"({"b":"x"})"));
  EXPECT_FALSE(valid(R"({"properties":{"c":{"$ref":"#"}},"required":["d"]})", R"({"d":1,"c":{}})"));
  EXPECT_FALSE(valid(R"({"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"integer"}}})", R"("x")"));
}

TEST(SchemaValidator, AppliesWhatStandsBesideAReference) {
  EXPECT_FALSE(valid(R"({"$ref":"#/$defs/a","maxLength":1,"$defs":{"a":{"type":"string"}}})", R"("xx")"));
}

TEST(SchemaValidator, UnderstandsLaterDrafts) {
  EXPECT_FALSE(valid(R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", R"(["a","b"])"));
  EXPECT_FALSE(valid(R"({"prefixItems":[{"type":"string"}],"items":false})", R"(["a",1])"));
  EXPECT_FALSE(valid(R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})"));
  EXPECT_FALSE(valid(R"({"dependentSchemas":{"a":{"required":["b"]}}})", R"({"a":1})"));
  EXPECT_FALSE(valid(R"({"propertyNames":{"pattern":"^x"}})", R"({"a":1})"));
  EXPECT_TRUE(valid(R"({"propertyNames":{"pattern":"^x"}})", R"({"xa":1})"));
  EXPECT_FALSE(valid(R"({"patternProperties":{"^n_":{"type":"integer"}}})", R"({"n_a":"1"})"));
  EXPECT_FALSE(valid(R"({"if":{"properties":{"k":{"const":1}}},"then":{"required":["z"]}})", R"({"k":1})"));
  EXPECT_FALSE(valid(R"({"contains":{"type":"integer"}})", R"(["a"])"));
  EXPECT_FALSE(valid(R"({"oneOf":[{"type":"integer"},{"minimum":2}]})", "3"));
  EXPECT_FALSE(valid(R"({"not":{"type":"string"}})", R"("a")"));
  EXPECT_FALSE(valid("false", "1"));
  EXPECT_TRUE(valid("true", "1"));
}

TEST(SchemaValidator, IsNotConfusedByMembersThatLookLikeKeywords) {
  EXPECT_TRUE(
      valid(R"({"id":"x","title":"t","properties":{"id":{"type":"string"},"$ref":{"type":"integer"}}})",
            R"({"id":"a","$ref":3})"));
  EXPECT_FALSE(valid(
      R"({"$id":"https://e.example/s","properties":{"a":{"$ref":"#/$defs/i"}},"$defs":{"i":{"type":"integer"}}})",
      R"({"a":"x"})"));
}

TEST(SchemaValidator, RefusesMalformedSchemasWithThePlace) {
  EXPECT_NE(refusal(json(R"({"properties":{"a":{"type":"text"}}})")).message().find("#/properties/a/type"),
            std::string::npos);
  for (const auto* text : {R"("x")",
                           "[]",
                           R"({"type":[]})",
                           R"({"required":"a"})",
                           R"({"enum":[]})",
                           R"({"minLength":-1})",
                           R"({"minLength":"1"})",
                           R"({"multipleOf":0})",
                           R"({"multipleOf":-1})",
                           R"({"properties":[]})",
                           R"({"items":3})",
                           R"({"anyOf":[]})",
                           R"({"anyOf":{}})",
                           R"({"minimum":"1"})",
                           R"({"pattern":3})",
                           R"({"uniqueItems":"yes"})",
                           R"({"required":[1]})",
                           R"({"unevaluatedProperties":false})",
                           R"({"$dynamicRef":"#a"})",
                           R"({"properties":{"a\u0000b":true}})",
                           R"({"dependencies":{"a":3}})"}) {
    refusal(json(text));
  }
}

TEST(SchemaValidator, RefusesReferencesThatLeadAwayOrNowhere) {
  for (const auto* ref :
       {"https://e.example/s.json", "other.json#/a", "file:///etc/passwd", "#/missing", "#anchor", "#/%zz"}) {
    Json schema = Json::object();
    schema["$ref"] = ref;
    refusal(schema);
  }
}

TEST(SchemaValidator, RefusesReferencesThatNeverDescend) {
  refusal(json(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})"));
  refusal(json(R"({"$ref":"#"})"));
  refusal(json(R"({"anyOf":[{"type":"null"},{"$ref":"#"}]})"));
  refusal(json(
      R"({"properties":{"x":{"$ref":"#/$defs/a"}},"$defs":{"a":{"not":{"allOf":[{"$ref":"#/$defs/a"}]}}}})"));
}

TEST(SchemaValidator, RefusesPatternsThatAreNotSafe) {
  for (const auto* pattern :
       {"(a+)+$", "(a*)*", "((a|b+)+)*", "(", "[", "a{9", "(?=x)y", "(a)\\1", "(a{100}){100}", "\\", "*"}) {
    Json schema = Json::object();
    schema["pattern"] = pattern;
    refusal(schema);
  }
  refusal(Json{{"pattern", std::string(600, 'a')}});
  refusal(Json{{"patternProperties", {{"(a|b)*c", true}}}});
}

TEST(SchemaValidator, RefusesSchemasBeyondTheBounds) {
  Json deep = Json::object();
  for (int i = 0; i < 60; ++i) {
    Json outer = Json::object();
    outer["items"] = std::move(deep);
    deep = std::move(outer);
  }
  refusal(deep);
  Json wide = Json{{"properties", Json::object()}};
  for (int i = 0; i < 2500; ++i) wide["properties"]["p" + std::to_string(i)] = true;
  refusal(wide);
  Json many = Json{{"enum", Json::array()}};
  for (int i = 0; i < 30'000; ++i) many["enum"].push_back(i);
  refusal(many);
}

TEST(SchemaValidator, EndsOnSchemasThatBranchWithoutEnd) {
  const Json schema = json(R"({"$ref":"#/$defs/a","$defs":{"a":{"not":{"allOf":[
    {"properties":{"n":{"$ref":"#/$defs/a"}}},{"properties":{"n":{"not":{"not":{"$ref":"#/$defs/a"}}}}}]}}}})");
  const auto compiled = SchemaValidator::compile(schema);
  ASSERT_TRUE(compiled) << compiled.error().message();
  Json value = Json::object();
  for (int i = 0; i < 50; ++i) {
    Json outer = Json::object();
    outer["n"] = std::move(value);
    value = std::move(outer);
  }
  static_cast<void>(compiled->validate(value));
  Json doubling = json(R"({"$defs":{"d0":{"type":"integer"}},"$ref":"#/$defs/d40"})");
  for (int i = 1; i <= 40; ++i) {
    const Json ref = {{"$ref", "#/$defs/d" + std::to_string(i - 1)}};
    doubling["$defs"]["d" + std::to_string(i)] = {{"allOf", {ref, ref}}};
  }
  const auto heavy = SchemaValidator::compile(doubling);
  ASSERT_TRUE(heavy) << heavy.error().message();
  EXPECT_FALSE(heavy->validate(Json(1)));
}

TEST(SchemaValidator, RefusesToCompareTooManyItems) {
  const auto compiled = SchemaValidator::compile(json(R"({"uniqueItems":true})")).value();
  EXPECT_TRUE(compiled.validate(json("[1,2,3]")));
  EXPECT_FALSE(compiled.validate(json("[1,2,1.0]")));
  Json many = Json::array();
  for (int i = 0; i < 10'000; ++i) many.push_back(i);
  EXPECT_FALSE(compiled.validate(many));
}

TEST(SchemaValidator, MayBeSharedBetweenThreads) {
  const auto compiled = SchemaValidator::compile(json(R"({"properties":{"a":{"pattern":"^x+$"}}})")).value();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&compiled, &right] {
      for (int i = 0; i < 50; ++i) {
        if (compiled.validate(Json{{"a", "xx"}}) && !compiled.validate(Json{{"a", "y"}})) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace cogos::engine
