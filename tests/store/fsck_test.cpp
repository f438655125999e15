#include "store/fsck.hpp"

#include "store/blocking_store.hpp"

namespace cogos::store {
namespace {

class Fsck : public BlockingStoreTest {
 protected:
  Fsck() {
    for (int i = 0; i < 6; ++i) append("_default").value();
    for (int i = 0; i < 3; ++i) append("billing").value();
    append(draft("_default", "_operator")).value();
  }
  /// The first break, as chain, place and reason; or the first problem outside the chains.
  std::string verdict() {
    store.reset();
    const auto report = fsck(options.data_dir);
    if (!report) return "unreadable: " + report.error().message();
    for (const ChainReport& chain : report->chains) {
      if (chain.broken) {
        return chain.tenant_id + "/" + chain.app_id + " " + std::to_string(chain.broken->seq) + " " +
               chain.broken->reason;
      }
    }
    if (!report->problems.empty()) return report->problems.front();
    return "holds, " + std::to_string(report->rows) + " rows";
  }
  std::string after(const std::string& sql) {
    tamper(sql);
    return verdict();
  }
  /// Rows of acme/_default.
  static std::string of_default(const std::string& seq) {
    return " WHERE seq = " + seq +
           " AND chain = (SELECT id FROM chains WHERE tenant_id = 'acme' AND app_id = '_default')";
  }
};

TEST_F(Fsck, AFreshStoreHolds) {
  EXPECT_EQ(verdict(), "holds, 10 rows");
}

TEST_F(Fsck, AStoreThatWasNotClosedHoldsToo) {
  const auto copy = root / "copy";
  std::filesystem::copy(options.data_dir, copy);
  store.reset();
  options.data_dir = copy;
  EXPECT_EQ(verdict(), "holds, 10 rows");
}

TEST_F(Fsck, IsRefusedWhileAServerHasTheStore) {
  EXPECT_FALSE(fsck(options.data_dir));
  EXPECT_FALSE(fsck(root / "nowhere"));
}

TEST_F(Fsck, FindsAChangedByteOfACore) {
  EXPECT_EQ(after("UPDATE rows SET core = CAST(replace(CAST(core AS TEXT), '\"http_status\":200', "
                  "'\"http_status\":201') AS BLOB)" +
                  of_default("3")),
            "acme/_default 3 row_hash_mismatch");
}

TEST_F(Fsck, FindsAChangedHash) {
  EXPECT_EQ(after("UPDATE rows SET row_hash = zeroblob(32)" + of_default("3")),
            "acme/_default 3 row_hash_mismatch");
}

TEST_F(Fsck, FindsAChangedEnvelope) {
  EXPECT_EQ(
      after("UPDATE rows SET sealed = CAST(replace(CAST(sealed AS TEXT), '\"v\":1', '\"v\":2') AS BLOB)" +
            of_default("2")),
      "acme/_default 2 content_hash_mismatch");
}

TEST_F(Fsck, FindsAnErasedEnvelopeThatNoPruningCovers) {
  EXPECT_EQ(after("UPDATE rows SET sealed = NULL" + of_default("2")), "acme/_default 2 missing_envelope");
}

TEST_F(Fsck, AcceptsAnErasedEnvelopeThatAPruningCovers) {
  proof::RowDraft pruning = draft("_default", "_operator");
  pruning.detail = {{"event", "prune"}, {"tenant_id", "acme"}, {"app_id", "_default"}, {"up_to_seq", "2"}};
  ASSERT_TRUE(append(std::move(pruning)));
  EXPECT_EQ(after("UPDATE rows SET sealed = NULL" + of_default("2")), "holds, 11 rows");
}

TEST_F(Fsck, FindsEveryChangedIndexColumn) {
  for (const char* column : {"ts_ms = ts_ms + 1", "http_status = 500", "prompt_tokens = 0",
                             "completion_tokens = 9", "key_id = 'k2'", "status = 'x'", "package_id = NULL"}) {
    store.reset();
    std::filesystem::copy(root / "data", root / "copy");
    options.data_dir = root / "copy";
    EXPECT_EQ(after("UPDATE rows SET " + std::string(column) + of_default("4")),
              "acme/_default 4 index_mismatch")
        << column;
    std::filesystem::remove_all(options.data_dir);
    options.data_dir = root / "data";
  }
}

TEST_F(Fsck, FindsARowTakenOutOfTheMiddle) {
  EXPECT_EQ(after("DELETE FROM rows" + of_default("3")), "acme/_default 4 seq_gap");
}

TEST_F(Fsck, FindsACutOffTail) {
  EXPECT_EQ(after("DELETE FROM rows" + of_default("6")), "acme/_default 6 head_mismatch");
}

TEST_F(Fsck, FindsACutOffTailThoughTheChainsOwnHeadWasAdjusted) {
  EXPECT_NE(after("DELETE FROM rows" + of_default("6") +
                  "; UPDATE chains SET height = 5, head_hash = (SELECT row_hash FROM rows" + of_default("5") +
                  ") WHERE tenant_id = 'acme' AND app_id = '_default'")
                .find("heads"),
            std::string::npos);
}

TEST_F(Fsck, FindsRowsThatChangedPlaces) {
  EXPECT_NE(after("UPDATE rows SET seq = 100" + of_default("2") + "; UPDATE rows SET seq = 2" +
                  of_default("3") + "; UPDATE rows SET seq = 3" + of_default("100"))
                .find("acme/_default"),
            std::string::npos);
}

TEST_F(Fsck, FindsAWholeChainThatIsGone) {
  EXPECT_NE(after("DELETE FROM rows WHERE chain = (SELECT id FROM chains WHERE app_id = 'billing'); "
                  "DELETE FROM chains WHERE app_id = 'billing'"),
            "holds, 7 rows");
}

TEST_F(Fsck, FindsAnAttestationKeyThatIsNotOnRecord) {
  EXPECT_NE(after("INSERT INTO attestation_keys (kid, public_pem, rev, started_at_ms, operator_seq, "
                  "operator_row_hash) VALUES ('aa', 'pem', '1', 0, 1, zeroblob(32))")
                .find("attestation key"),
            std::string::npos);
}

}  // namespace
}  // namespace cogos::store
