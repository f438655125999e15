#include <sqlite3.h>

#include <algorithm>

#include "store/blocking_store.hpp"
#include "store/charged_month.hpp"
#include "store/schema.hpp"

namespace cogos::store {
namespace {

using keys::ChargedDay;
using std::chrono::hours;

class ChargedRows : public BlockingStoreTest {
 protected:
  ChargedRows() { clock.set(*from_rfc3339("2026-03-14T12:00:00.000Z")); }

  proof::RowDraft call(const std::string& status = "success", bool has_model = true,
                       const std::string& tenant = "acme", const std::string& package = "team") {
    proof::RowDraft row = draft("_default", tenant);
    row.status = status;
    if (has_model) row.model = "cogos-tier-a";
    row.package_id = package;
    return row;
  }
  /// Tenant, package, day of the month, requests and tokens.
  std::vector<std::string> charged() {
    std::vector<std::string> found;
    for (const ChargedDay& day : store->charged_month()) {
      found.push_back(day.tenant_id + " " + day.package_id + " " + to_rfc3339(day.newest).substr(5, 5) + " " +
                      std::to_string(day.requests) + " " + std::to_string(day.tokens));
    }
    std::sort(found.begin(), found.end());
    return found;
  }
};

TEST_F(ChargedRows, AreThoseForWhichInferenceWasBegun) {
  EXPECT_TRUE(charged().empty());
  for (const char* status : {"success", "client_closed", "upstream_error", "upstream_503"}) {
    ASSERT_TRUE(append(call(status)));
  }
  for (const char* status : {"client_error", "server_error", "recorded"}) ASSERT_TRUE(append(call(status)));
  ASSERT_TRUE(append(call("success", false)));  // a rotation, for one
  for (const std::uint64_t http_status : {502U, 200U}) {
    proof::RowDraft down = call("upstream_error");
    down.http_status = http_status;
    down.prompt_tokens = down.completion_tokens = 0;
    ASSERT_TRUE(append(std::move(down)));
  }
  EXPECT_EQ(charged(), std::vector<std::string>{"acme team 03-14 4 28"});
  proof::RowDraft late = call("upstream_error");
  late.http_status = 504;
  late.prompt_tokens = late.completion_tokens = 0;
  ASSERT_TRUE(append(std::move(late)));
  EXPECT_EQ(charged(), std::vector<std::string>{"acme team 03-14 5 28"});
  proof::RowDraft searched = call("success", false);
  searched.live_search = "brave";
  ASSERT_TRUE(append(std::move(searched)));
  EXPECT_EQ(charged(), std::vector<std::string>{"acme team 03-14 6 35"});
}

TEST_F(ChargedRows, AreSummedByTenantPackageAndDayOfTheNewestOnesMonth) {
  clock.set(*from_rfc3339("2026-02-28T23:59:59.999Z"));
  ASSERT_TRUE(append(call()));
  EXPECT_EQ(charged(), std::vector<std::string>{"acme team 02-28 1 7"});
  clock.set(*from_rfc3339("2026-03-01T00:00:00.000Z"));
  ASSERT_TRUE(append(call()));
  ASSERT_TRUE(append(call("success", true, "globex")));
  clock.set(*from_rfc3339("2026-03-31T23:59:59.999Z"));
  ASSERT_TRUE(append(call("success", true, "acme", "business")));
  ASSERT_TRUE(append(call()));
  ASSERT_TRUE(append(call()));
  clock.set(*from_rfc3339("2026-04-01T00:00:00.000Z"));
  ASSERT_TRUE(append(call("client_error")));
  reopen();
  EXPECT_EQ(charged(), (std::vector<std::string>{"acme business 03-31 1 7", "acme team 03-01 1 7",
                                                 "acme team 03-31 2 14", "globex team 03-01 1 7"}));
}

TEST_F(ChargedRows, AreMarkedInAStoreFromBeforeToo) {
  const auto file = root / "older.db";
  Database db(file, Access::read_write);
  migrate(db, kChargedVersion - 1);
  db.execute("INSERT INTO chains VALUES (1, 'acme', '_default', 0, x'00', 0)");
  Statement insert = db.prepare(
      "INSERT INTO rows (chain, seq, ts_ms, http_status, prompt_tokens, completion_tokens, status, "
      "package_id, "
      "row_hash, core) VALUES (1, ?, ?, 200, 3, 4, ?, 'team', x'00', ?)");
  std::uint64_t seq = 0;
  for (const char* status : {"success", "client_closed", "client_error", "server_error", "upstream_502"}) {
    for (const bool has_model : {true, false}) {
      auto built = proof::build_row(call(status, has_model), ++seq, clock.now(), std::string(64, '0'));
      insert.run(seq, clock.now(), std::string_view(status), as_bytes(built.core));
    }
  }
  migrate(db);
  const auto charged = read_charged_month(db);
  ASSERT_EQ(charged.size(), 1U);
  EXPECT_EQ(charged.front().requests, 3U);
  EXPECT_EQ(charged.front().tokens, 21U);
}

TEST_F(ChargedRows, AreCheckedAgainstTheirCores) {
  ASSERT_TRUE(append(call()));
  for (const char* value : {"0", "1"}) {
    tamper("UPDATE rows SET charged = " + std::string(value));
    EXPECT_EQ(fsck(options.data_dir)->holds(), std::string(value) == "1") << value;
    open();
  }
}

TEST_F(ChargedRows, AreSummedFromTheIndexAlone) {
  store.reset();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((options.data_dir / "cogos.db").c_str(), &db), SQLITE_OK);
  std::string plan;
  sqlite3_exec(
      db,
      "EXPLAIN QUERY PLAN SELECT ts_ms, chain, package_id, prompt_tokens + completion_tokens FROM rows "
      "INDEXED "
      "BY rows_charged WHERE charged = 1 AND ts_ms >= 5 AND package_id IS NOT NULL ORDER BY ts_ms",
      [](void* text, int, char** values, char**) {
        *static_cast<std::string*>(text) += values[3];
        return 0;
      },
      &plan, nullptr);
  sqlite3_close(db);
  EXPECT_NE(plan.find("COVERING INDEX rows_charged (ts_ms>?)"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

}  // namespace
}  // namespace cogos::store
