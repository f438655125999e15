#include "engine/builtin_extract.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "engine/schema_assertions.hpp"
#include "engine/schema_validator.hpp"
#include "support/project_files.hpp"

namespace cogos::engine::builtin {
namespace {

/// One object a case: name, schema, messages, and `expect` (the value) or `missing` (the property to blame).
const Json& examples() {
  static const Json kExamples = [] {
    std::ifstream file(cogos::test::project_dir() / "tests/engine/builtin_examples.json");
    return Json::parse(file);
  }();
  return kExamples;
}

std::vector<Message> messages_of(const Json& example) {
  std::vector<Message> out;
  for (const auto& message : example.at("messages")) {
    out.push_back({message.at("role").get<std::string>(), message.at("content").get<std::string>()});
  }
  return out;
}

class BuiltinExample : public testing::TestWithParam<Json> {};

TEST_P(BuiltinExample, IsFilledFromTheText) {
  const Json& example = GetParam();
  const auto messages = messages_of(example);
  const auto value = extract(example.at("schema"), messages);
  if (example.contains("missing")) {
    ASSERT_FALSE(value) << base::canonical(*value);
    EXPECT_EQ(value.error().code(), ErrorCode::schema_unsatisfiable);
    EXPECT_EQ(value.error().param(), example.at("missing").get<std::string>());
    EXPECT_NE(value.error().message().find(example.at("missing").get<std::string>()), std::string::npos);
    return;
  }
  ASSERT_TRUE(value) << value.error().message();
  EXPECT_EQ(base::canonical(*value), base::canonical(example.at("expect")));
}

TEST_P(BuiltinExample, ValidatesAndIsTheSameEachTime) {
  const Json& example = GetParam();
  const auto messages = messages_of(example);
  const auto first = extract(example.at("schema"), messages);
  const auto second = extract(example.at("schema"), messages);
  ASSERT_EQ(first.has_value(), second.has_value());
  if (!first) return;
  EXPECT_EQ(base::canonical(*first), base::canonical(*second));
  EXPECT_TRUE(SchemaValidator::compile(example.at("schema")).value().validate(*first));
}

void collect_strings(const Json& value, std::vector<std::string>& out) {
  if (value.is_string()) out.push_back(value.get<std::string>());
  if (value.is_structured()) {
    for (const auto& item : value) collect_strings(item, out);
  }
}

TEST_P(BuiltinExample, InventsNoString) {
  const Json& example = GetParam();
  const auto messages = messages_of(example);
  const auto value = extract(example.at("schema"), messages);
  if (!value) return;
  std::string said = base::canonical(example.at("schema"));
  for (const auto& message : messages) said += "\n" + message.content;
  std::vector<std::string> strings;
  collect_strings(*value, strings);
  for (const auto& text : strings) {
    const bool normalised = has_format("date", text.substr(0, 10)) || said.find(text) != std::string::npos;
    EXPECT_TRUE(normalised) << text;
  }
}

std::vector<Json> all_examples() {
  return {examples().begin(), examples().end()};
}

INSTANTIATE_TEST_SUITE_P(Table, BuiltinExample, testing::ValuesIn(all_examples()), [](const auto& example) {
  return example.param.at("name").template get<std::string>();
});

}  // namespace
}  // namespace cogos::engine::builtin
