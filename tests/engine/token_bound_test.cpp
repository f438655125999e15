#include "engine/token_bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "base/json.hpp"
#include "engine/common_words.hpp"
#include "engine/token_estimate.hpp"
#include "support/project_files.hpp"

namespace cogos::engine {
namespace {

class TokenBound : public ::testing::Test {
 protected:
  static std::uint64_t most(const Json& counts) {
    std::uint64_t most = 0;
    for (const auto& [tokenizer, count] : counts.items()) most = std::max(most, count.get<std::uint64_t>());
    return most;
  }

  static Json read_table() {
    std::ifstream file(cogos::test::project_dir() / "tests/engine/token_counts.json");
    return Json::parse(file);
  }

  const Json table = read_table();
};

TEST_F(TokenBound, IsNeverBelowTheCountOfAnyTokenizerOfTheTable) {
  ASSERT_EQ(table.at("tokenizers").size(), 4U);
  ASSERT_GT(table.at("texts").size(), 60U);
  for (const Json& one : table.at("texts")) {
    const auto& text = one.at("text").get_ref<const std::string&>();
    ASSERT_EQ(one.at("counts").size(), 4U);
    EXPECT_GE(token_bound(text), most(one.at("counts"))) << one.at("name");
    EXPECT_GE(token_bound(text), estimate_tokens(text))
        << "the built-in engine's own count: " << one.at("name");
  }
}

/// A bound that is far off would refuse prompts that fit.
TEST_F(TokenBound, IsNotFarAboveItForProseAndCode) {
  for (const Json& one : table.at("texts")) {
    const auto& name = one.at("name").get_ref<const std::string&>();
    if (name != "english" && name != "python" && name != "cpp" && name != "json") continue;
    EXPECT_LE(token_bound(one.at("text").get<std::string>()), 2 * most(one.at("counts"))) << name;
  }
}

TEST(TokenBoundOfAnything, LiesBetweenTheEstimateAndTheBytes) {
  std::mt19937 random(20260101);
  const std::string_view pieces[] = {" the",     "different ", "  ", " ",     "x",
                                     "\xC3\xA9", "\n",         "'",  " work", "9"};
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) text += pieces[random() % std::size(pieces)];
    EXPECT_GE(token_bound(text), estimate_tokens(text)) << text;
    EXPECT_LE(token_bound(text), text.size() + 1) << text;
  }
}

TEST(TokenBoundOfText, IsWhatItSaysItIs) {
  EXPECT_EQ(token_bound(""), 0U);
  EXPECT_EQ(token_bound("a"), 2U);
  EXPECT_TRUE(is_common_word("the"));
  EXPECT_FALSE(is_common_word("xqz"));
  EXPECT_FALSE(is_common_word(""));
  EXPECT_EQ(token_bound("x the"), 3U) << "a common word with its space";
  EXPECT_EQ(token_bound("x the."), 4U);
  EXPECT_EQ(token_bound("x The"), 6U) << "only in small letters";
  EXPECT_EQ(token_bound("x  the"), 6U) << "after one space only";
  EXPECT_EQ(token_bound("x the's"), 8U);
  EXPECT_EQ(token_bound("x the\xC3\xA9"), 8U);
  EXPECT_EQ(token_bound("x" + std::string(16, ' ')), 5U);
}

TEST(TokenBoundOfACall, CoversEverythingThatIsSent) {
  InferenceRequest request;
  request.messages = {{"user", "a"}};
  EXPECT_EQ(prompt_token_bound(request), 16U + 8U + 4U + 2U);
  request.schema = Json{{"type", "object"}};
  request.schema_name = "name";
  EXPECT_EQ(prompt_token_bound(request), 30U + 8U + 4U + std::string(R"({"type":"object"})").size());
}

}  // namespace
}  // namespace cogos::engine
