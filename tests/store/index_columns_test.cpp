#include "store/index_columns.hpp"

#include <gtest/gtest.h>

#include "proof/wire.hpp"

namespace cogos::store {
namespace {

proof::RowDraft difficult_row() {
  proof::RowDraft row;
  row.chain = {"_operator", "_default"};
  row.key_id = "quote \" and back\\slash and ü and \n";
  row.method = "POST";
  row.route = "/v1/x\",\"seq\":9,\"status\":\"";
  row.http_status = 503;
  row.status = "upstream_\"503\"";
  row.prompt_tokens = (std::uint64_t{1} << 52U) - 1;
  row.completion_tokens = 7;
  row.detail = {{"seq", "99"}, {"status", "}{\",:"}, {"event", "prune"}};
  return row;
}

TEST(IndexColumns, ReadFromTheCoreAreThoseOfTheDraft) {
  for (const bool with_package : {false, true}) {
    proof::RowDraft row = difficult_row();
    if (with_package) row.package_id = "team";
    if (with_package) row.model = "null";
    const TimePoint ts = from_unix_ms(1'767'225'600'123);
    const IndexColumns expected = index_columns(row, 42, ts);
    const auto built = proof::build_row(std::move(row), 42, ts, proof::kNoHash);
    const auto read = read_core(built.core);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->columns, expected);
    EXPECT_EQ(read->columns.charged, with_package);
    EXPECT_TRUE(read->content_hash.empty());
    EXPECT_EQ(read->detail, R"({"event":"prune","seq":"99","status":"}{\",:"})");
  }
}

TEST(IndexColumns, AreNotReadFromAnythingElse) {
  const std::string core = proof::build_row(difficult_row(), 1, from_unix_ms(0), proof::kNoHash).core;
  for (std::size_t size = 0; size < core.size(); ++size) {
    EXPECT_FALSE(read_core(std::string_view(core).substr(0, size))) << size;
  }
  EXPECT_FALSE(read_core(core + " "));
  EXPECT_FALSE(read_core("{\"seq\":-1}"));
  EXPECT_FALSE(read_core("{\"seq\":1.5}"));
  EXPECT_FALSE(read_core("{\"detail\":{\"a\":{}}}"));
  EXPECT_FALSE(read_core("{\"ts\":\"yesterday\"}"));
  EXPECT_FALSE(read_core("[]"));
}

}  // namespace
}  // namespace cogos::store
