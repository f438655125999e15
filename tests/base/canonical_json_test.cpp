#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "support/vectors.hpp"

namespace cogos {
namespace {

TEST(CanonicalJson, MatchesKnownAnswers) {
  const Json vectors = test::load_vectors("canonical_json");
  for (const auto& known : vectors.at("cases")) {
    const auto input = known.at("json").get<std::string>();
    const auto output = canonicalize_json(input);
    ASSERT_TRUE(output) << input << ": " << output.error().message();
    EXPECT_EQ(base::to_hex(as_bytes(*output)), known.at("canonical_hex").get<std::string>()) << input;
  }
}

TEST(CanonicalJson, RejectsWhatTheVectorsReject) {
  const Json vectors = test::load_vectors("canonical_json");
  ASSERT_FALSE(vectors.at("must_reject").empty());
  for (const auto& known : vectors.at("must_reject")) {
    EXPECT_FALSE(canonicalize_json(known.get<std::string>())) << known;
  }
}

TEST(CanonicalJson, IsAFixedPointOfItself) {
  const std::string once = canonicalize_json(R"({"z":[1.50,-0.0,1e-7],"a":{"é":"\u0001","😀":null}})").value();
  EXPECT_EQ(canonicalize_json(once).value(), once);
}

TEST(CanonicalJson, SortsAstralNamesBeforeThePrivateUseArea) {
  EXPECT_EQ(canonicalize_json("{\"\\uffee\":1,\"\\ud83d\\ude00\":2}").value(),
            "{\"😀\":2,\"\xEF\xBF\xAE\":1}");
}

TEST(CanonicalJson, SpellsIntegersBeyondTwoTo53AsDoubles) {
  EXPECT_EQ(canonicalize_json("[9007199254740993,-9007199254740993,18446744073709551615]").value(),
            "[9007199254740992,-9007199254740992,18446744073709552000]");
}

TEST(CanonicalJson, RefusesNestingBeyondTheLimit) {
  const std::string deep = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  EXPECT_TRUE(canonicalize_json(deep));
  const auto deeper = canonicalize_json("[" + deep + "]");
  ASSERT_FALSE(deeper);
  EXPECT_NE(deeper.error().message().find("64 levels"), std::string::npos);
}

TEST(CanonicalJson, RefusesInvalidUtf8AndByteOrderMarks) {
  EXPECT_FALSE(canonicalize_json("\"\xff\""));
  EXPECT_FALSE(canonicalize_json("\"\xed\xa0\x80\""));
  EXPECT_FALSE(canonicalize_json("\xEF\xBB\xBF{}"));
}

TEST(CanonicalJson, NamesTheDuplicateMember) {
  const auto twice = canonicalize_json(R"({"x":{"role":1,"role":2}})");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message().find("\"role\""), std::string::npos);
}

}  // namespace
}  // namespace cogos
