#include "proof/operator_log.hpp"

#include "base/json.hpp"
#include "store/blocking_store.hpp"
#include "store/data_directory.hpp"
#include "store/database.hpp"
#include "store/tail_check.hpp"

namespace cogos::store {
namespace {

using proof::UsageQuery;
using std::chrono::milliseconds;

class UsageTest : public BlockingStoreTest {
 protected:
  proof::UsagePage usage(const UsageQuery& query) {
    std::promise<Result<proof::UsagePage>> done;
    store->operator_log().usage(query,
                                [&done](Result<proof::UsagePage> page) { done.set_value(std::move(page)); });
    return done.get_future().get().value();
  }
  /// All pages one after another, as `tenant/app seq` a row.
  std::vector<std::string> all_pages(UsageQuery query) {
    std::vector<std::string> rows;
    for (;;) {
      const auto page = usage(query);
      for (const std::string& core : page.cores) {
        const Json row = base::parse_json(core).value();
        rows.push_back(row["tenant_id"].get<std::string>() + "/" + row["app_id"].get<std::string>() + " " +
                       row["seq"].dump());
      }
      EXPECT_LE(page.cores.size(), query.limit);
      if (!page.more) return rows;
      EXPECT_GT(page.next, query.after);
      query.after = page.next;
    }
  }
};

TEST_F(UsageTest, GivesEveryRowOfEveryChainOnceInTheOrderOfWriting) {
  std::vector<std::string> written;
  for (int i = 1; i <= 20; ++i) {
    append(draft("one", "acme")).value();
    append(draft("two", i % 2 == 0 ? "acme" : "other")).value();
    if (i % 3 == 0) clock.advance(milliseconds(1));  // several rows a millisecond
    written.push_back("acme/one " + std::to_string(i));
    written.push_back((i % 2 == 0 ? "acme/two " : "other/two ") + std::to_string((i + 1) / 2));
  }
  for (const std::uint32_t limit : {1U, 3U, 7U, 1'000U}) {
    UsageQuery query;
    query.limit = limit;
    EXPECT_EQ(all_pages(query), written) << limit;
  }
}

TEST_F(UsageTest, BeginsAtAMomentWhateverTheChain) {
  std::vector<TimePoint> moments;
  for (int i = 0; i < 50; ++i) {
    moments.push_back(clock.now());
    append(draft("a", i % 3 == 0 ? "acme" : "other")).value();
    if (i % 4 != 0) clock.advance(milliseconds(10));
  }
  for (std::size_t i = 0; i < moments.size(); ++i) {
    for (const auto shift : {0, 5}) {
      UsageQuery query;
      query.since = moments[i] + milliseconds(shift);
      query.limit = 1'000;
      const auto expected = std::count_if(moments.begin(), moments.end(),
                                          [&query](TimePoint ts) { return ts >= *query.since; });
      EXPECT_EQ(usage(query).cores.size(), static_cast<std::size_t>(expected)) << i << "+" << shift;
    }
  }
}

TEST_F(UsageTest, OfOneTenantItGivesThatOnesOnlyAndFindsTheEnd) {
  for (int i = 0; i < 30; ++i) append(draft("a", i % 10 == 0 ? "acme" : "other")).value();
  UsageQuery query;
  query.tenant_id = "acme";
  query.limit = 2;
  EXPECT_EQ(all_pages(query), (std::vector<std::string>{"acme/a 1", "acme/a 2", "acme/a 3"}));
  query.tenant_id = "nobody";
  EXPECT_TRUE(all_pages(query).empty());
}

TEST_F(UsageTest, ACursorGoesOnWithRowsThatCameAfterIt) {
  append("a").value();
  UsageQuery query;
  query.after = usage(query).next;
  EXPECT_TRUE(usage(query).cores.empty());
  EXPECT_EQ(usage(query).next, query.after);
  append("a").value();
  EXPECT_EQ(usage(query).cores.size(), 1U);
  query.after = std::uint64_t{1} << 53U;
  EXPECT_TRUE(usage(query).cores.empty());
  EXPECT_FALSE(usage(query).more);
}

using HealthTest = BlockingStoreTest;

TEST_F(HealthTest, CountsChainsAndRowsAsTheyComeAndFindsThemAgain) {
  const auto counted = [this] {
    const proof::LogHealth now = store->operator_log().health();
    return std::pair(now.chains, now.rows);
  };
  using Count = std::pair<std::uint64_t, std::uint64_t>;
  EXPECT_EQ(counted(), Count(0, 0));
  for (int i = 0; i < 5; ++i) append("one").value();
  append(draft("two", "other")).value();
  EXPECT_EQ(counted(), Count(2, 6));
  reopen();
  EXPECT_EQ(counted(), Count(2, 6));
  append("one").value();
  EXPECT_EQ(counted(), Count(2, 7));
}

class TailTest : public BlockingStoreTest {
 protected:
  TailTest() {
    for (int i = 0; i < 12; ++i) append("one").value();
    for (int i = 0; i < 2; ++i) append("two").value();
    append(draft("_default", "_operator")).value();
  }
  proof::TailCheck check_running() {
    std::promise<Result<proof::TailCheck>> done;
    store->operator_log().check_tails(
        [&done](Result<proof::TailCheck> check) { done.set_value(std::move(check)); });
    return done.get_future().get().value();
  }
  std::string problem_after(const std::string& sql) {
    tamper(sql);
    Database db(database_file(options.data_dir), Access::read_write);
    std::int64_t last = 0;
    return check_tails(db, last).problem.value_or("");
  }
};

TEST_F(TailTest, HoldsWhereNothingWasTouched) {
  const auto check = check_running();
  EXPECT_EQ(check.problem, std::nullopt);
  EXPECT_EQ(check.chains, 3U);
  EXPECT_EQ(check.rows, 8U + 2U + 1U);
}

TEST_F(TailTest, LooksAtOtherChainsEachTime) {
  for (int i = 0; i < 30; ++i) append(draft("a", "tenant-" + std::to_string(i))).value();
  store.reset();
  Database db(database_file(options.data_dir), Access::read_write);
  std::int64_t last = 0;
  EXPECT_EQ(check_tails(db, last).chains, 16U);
  EXPECT_EQ(last, 16);
  EXPECT_EQ(check_tails(db, last).problem, std::nullopt);
  EXPECT_EQ(last, 32);
  EXPECT_EQ(check_tails(db, last).problem, std::nullopt);  // goes round
  EXPECT_EQ(last, 15);
}

TEST_F(TailTest, SeesWhatWasDoneToTheEndsOfChains) {
  const std::string of_one = " WHERE chain = 1 AND seq = ";
  EXPECT_NE(
      problem_after("UPDATE rows SET core = CAST(replace(CAST(core AS TEXT), 'success', 'failure') AS BLOB)" +
                    of_one + "12")
          .find("not the ones that were hashed"),
      std::string::npos);
}

TEST_F(TailTest, SeesARowThatIsMissingAtTheEnd) {
  EXPECT_NE(problem_after("DELETE FROM rows WHERE chain = 1 AND seq = 12").find("does not end"),
            std::string::npos);
}

TEST_F(TailTest, SeesARowThatIsMissingBeforeTheEnd) {
  EXPECT_NE(problem_after("DELETE FROM rows WHERE chain = 1 AND seq = 10").find("acme/one"),
            std::string::npos);
}

TEST_F(TailTest, SeesAnEnvelopeThatWasExchanged) {
  EXPECT_NE(problem_after("UPDATE rows SET sealed = CAST('{}' AS BLOB) WHERE chain = 1 AND seq = 11")
                .find("envelope"),
            std::string::npos);
}

TEST_F(TailTest, SeesAHeadThatTheStoreDidNotWrite) {
  // The row goes with its entry: only the digest over all heads remembers it.
  EXPECT_NE(
      problem_after("DELETE FROM rows WHERE chain = 2 AND seq = 2; UPDATE chains SET height = 1, head_hash = "
                    "(SELECT row_hash FROM rows WHERE chain = 2 AND seq = 1) WHERE id = 2")
          .find("heads of the chains"),
      std::string::npos);
}

}  // namespace
}  // namespace cogos::store
