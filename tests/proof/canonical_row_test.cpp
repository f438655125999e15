#include "proof/canonical_row.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "proof/row_check.hpp"
#include "proof/rows_file.hpp"
#include "support/vectors.hpp"

namespace cogos::proof {
namespace {

/// The rows of the known chains that hold.
std::vector<Json> known_rows() {
  const Json vectors = test::load_vectors("audit_chain");
  std::vector<Json> rows;
  for (const Json& chain : vectors.at("chains")) {
    for (const Json& row : chain) rows.push_back(row);
  }
  return rows;
}

bool holds(std::string_view text) {
  std::optional<RowFault> fault;
  static_cast<void>(check_row(text, fault));
  return !fault;
}

TEST(CanonicalRow, CutsUpEveryKnownRowOfACustomer) {
  std::size_t cut_up = 0;
  for (const Json& json : known_rows()) {
    const std::string text = base::canonical(json);
    const auto row = read_canonical_row(text);
    if (!row) continue;
    ++cut_up;
    for (std::size_t i = 0; i < kRowMembers.size(); ++i) {
      const Json& value = json.at(std::string(kRowMembers[i].name));
      EXPECT_EQ(row->is_null[i], value.is_null()) << kRowMembers[i].name;
      if (value.is_null()) continue;
      EXPECT_EQ(row->values[i], value.is_string() ? value.get<std::string>() : base::canonical(value));
    }
    Json core = json;
    core.erase("row_hash");
    core.erase("sealed_content");
    EXPECT_EQ(std::string(row->core[0]).append(row->core[1]).append(row->core[2]), base::canonical(core));
  }
  EXPECT_GT(cut_up, 2U);
}

TEST(CanonicalRow, LeavesEveryOtherSpellingToTheParser) {
  for (const Json& json : known_rows()) {
    EXPECT_FALSE(read_canonical_row(json.dump(1)));
    const std::string text = base::canonical(json);
    if (!read_canonical_row(text)) continue;
    EXPECT_FALSE(read_canonical_row(text + " "));
    EXPECT_FALSE(read_canonical_row(std::string_view(text).substr(0, text.size() - 1)));
    // The same row, spelt in other ways: it holds, but not by its bytes.
    std::string escaped = text;
    escaped.replace(escaped.find("\"rev\":\"1") + 7, 1, R"(\u0031)");
    EXPECT_FALSE(read_canonical_row(escaped));
    EXPECT_TRUE(holds(escaped)) << escaped;
  }
}

TEST(CanonicalRow, SaysYesOnlyWhereTheParserWould) {
  const auto rows = known_rows();
  for (const Json& json : {rows.front(), rows.back()}) {
    const std::string text = base::canonical(json);
    ASSERT_TRUE(holds(text)) << text;
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (const char c : {'0', '"', '\\', '}', '\x80'}) {
        std::string changed = text;
        if (changed[at] == c) continue;
        changed[at] = c;
        EXPECT_FALSE(holds(changed)) << at << ' ' << c;
      }
    }
  }
}

TEST(CanonicalRow, AHashOverAnotherSpellingIsNone) {
  // Whoever writes rows can hash the bytes of a spelling that is not canonical; the core's hash is over the
  // canonical form alone.
  Json json = known_rows().front();
  json.erase("row_hash");
  json.erase("sealed_content");
  for (const auto& [from, to] :
       {std::pair{R"("v":1)", R"("v":1.0)"}, {R"("v":1)", R"("v": 1)"}, {"\"POST\"", R"("\u0050OST")"}}) {
    std::string core = base::canonical(json);
    ASSERT_NE(core.find(from), std::string::npos);
    core.replace(core.find(from), std::string_view(from).size(), to);
    std::string text = core.substr(0, core.size() - 1) + R"(,"sealed_content":null,"row_hash":")" +
                       crypto::sha256_hex(core) + "\"}";
    EXPECT_FALSE(holds(text)) << text;
  }
}

std::vector<std::string> rows_of(std::string_view text) {
  std::vector<std::string> rows;
  const auto read = for_each_row(text, [&](std::string_view row) { rows.emplace_back(row); });
  if (!read) rows = {read.error().message()};
  return rows;
}

TEST(RowsFile, CutsRowsOutWhereTheyStand) {
  using Rows = std::vector<std::string>;
  EXPECT_EQ(rows_of("[]"), Rows());
  EXPECT_EQ(rows_of(R"([ {"a":"}\"\\"} , {"b":{"c":[{}]}}, 7, "x" ])"),
            (Rows{R"({"a":"}\"\\"})", R"({"b":{"c":[{}]}})", "7", "\"x\""}));
  EXPECT_EQ(rows_of(R"({"meta":[{"x":1}],"rows":[{"a":1}],"z":{"rows":[{"no":1}]}})"), Rows{R"({"a":1})"});
  EXPECT_EQ(rows_of("{\"rows\":[{\"a\":1}]}\n\n{\"rows\":[]}\r\n[{\"b\":2}]\n"),
            (Rows{R"({"a":1})", R"({"b":2})"}));
  EXPECT_EQ(rows_of("[\n{\"a\":\n1}\n]"), Rows{"{\"a\":\n1}"});
}

TEST(RowsFile, RefusesWhatIsNotStrictJsonAroundTheRows) {
  for (const char* text : {"", " \n", "{}", "7", R"({"rows":7})", R"({"rows":[],"rows":[{"a":1}]})",
                           R"([{"a":1})", R"([{"a":1}]])", R"([{"a":1} {"b":2}])", R"([{"a":"1]})",
                           R"({"rows":{"a":[{}]}})", "[]\n{\"rows\":[}\n", R"([{"a":1},])"}) {
    const auto rows = rows_of(text);
    ASSERT_EQ(rows.size(), 1U) << text;
    EXPECT_NE(rows[0].find("could not be read"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace cogos::proof
