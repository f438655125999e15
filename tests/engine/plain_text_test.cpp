#include "engine/plain_text.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace cogos::engine {
namespace {

TEST(PlainText, KeepsWordsAndDropsWhatIsNotText) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"plain words", "plain words"},
      {"", ""},
      {"  two\n\tlines  ", "two lines"},
      {"a <strong>bold</strong> word", "a bold word"},
      {"<script>alert(1)</script>x", "alert(1)x"},
      {"1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
      {"cut <b", "cut <b"},
      {"Tom &amp; Jerry &lt;3 &quot;x&quot; &#x27;y&apos;", "Tom & Jerry <3 \"x\" 'y'"},
      {"&amp;lt;b&amp;gt;", "&lt;b&gt;"},
      {"a\x01"
       "b\x7f"
       "c",
       "abc"},
      {"zero\u200bwidth \u202eright-to-left\u202c \u2066isolated\u2069", "zerowidth right-to-left isolated"},
      {"\ufeffGrüße 東京 \U0001f600", "Grüße 東京 \U0001f600"},
      {"hidden \U000e0041\U000e0042 tags", "hidden tags"},
      {"no\u00a0break\u3000wide", "no break wide"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(plain_text(text, 1000), expected) << text;
}

TEST(PlainText, IsCutBetweenCodePoints) {
  const std::string text = "aé東\U0001f600 b";
  for (std::size_t limit = 0; limit <= text.size(); ++limit) {
    const std::string cut = plain_text(text, limit);
    EXPECT_LE(cut.size(), limit);
    EXPECT_TRUE(base::is_utf8(cut)) << limit;
    EXPECT_TRUE(text.starts_with(cut)) << limit;
  }
  EXPECT_EQ(plain_text(text, text.size()), text);
}

}  // namespace
}  // namespace cogos::engine
