#include <fstream>

#include "base/json.hpp"
#include "store/blocking_store.hpp"
#include "store/pruner.hpp"

namespace cogos::store {
namespace {

using std::chrono::hours;

class Prune : public BlockingStoreTest {
 protected:
  /// A row whose envelope holds so many bytes more.
  proof::RowDraft full_draft(std::size_t bytes) {
    auto row = draft("_default");
    const std::string content = R"({"request":")" + std::string(bytes, 'x') + R"("})";
    row.seal = proof::PendingSeal::prepare(customer.public_key(), content, random).value();
    return row;
  }
  void append_rows(int count, const std::string& app = "_default", const std::string& tenant = "acme") {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(append(draft(app, tenant)));
  }
  proof::RowDraft record(const PrunePlan& plan) {
    auto row = draft("_default", "_operator");
    row.detail = prune_record(plan, clock.now());
    return row;
  }
  /// All that is older than now, as `cogos prune` does it. Gives the number of rows.
  std::uint64_t prune(const PruneScope& scope, const Pruner::Limits& limits = {}) {
    std::uint64_t rows = 0;
    for (const PrunePlan& plan : store->pruner().plan(scope)) {
      std::optional<proof::RowDraft> first = record(plan);
      PruneStep step;
      do {
        step = store->pruner().erase(plan, step.last_seq, std::move(first), limits).value();
        first.reset();
        rows += step.rows;
      } while (step.more);
    }
    return rows;
  }
  std::uint64_t prune() { return prune({clock.now(), {}, {}}); }

  [[nodiscard]] std::vector<bool> sealed(const std::string& tenant = "acme") {
    auto query = all();
    query.tenant_id = tenant;
    std::vector<bool> has;
    for (const auto& row : read(query).rows) has.push_back(row.sealed.has_value());
    return has;
  }
  FsckReport check() {
    store.reset();
    auto report = fsck(options.data_dir).value();
    for (const auto& problem : report.problems) ADD_FAILURE() << problem;
    for (const auto& chain : report.chains) {
      if (chain.broken) ADD_FAILURE() << chain.tenant_id << ": " << chain.broken->detail;
    }
    open();
    return report;
  }
};

TEST_F(Prune, ErasesWhatIsOlderAndEverythingStillVerifies) {
  append_rows(5);
  clock.advance(hours{1});
  const TimePoint before = clock.now();
  append_rows(3);
  const auto head = store->audit_log().head({"acme", "_default"})->row_hash;
  EXPECT_EQ(prune({before, {}, {}}), 5U);
  EXPECT_EQ(sealed(), (std::vector<bool>{false, false, false, false, false, true, true, true}));
  reopen();
  const RowsReport report = verify_all();
  ASSERT_EQ(report.chains.size(), 1U);
  EXPECT_TRUE(report.holds());
  EXPECT_EQ(report.chains[0].pruned, 5U);
  EXPECT_EQ(report.chains[0].head_hash, head);
  EXPECT_EQ(append("_default")->seq, 9U);
  EXPECT_EQ(check().chains[1].pruned, 5U);
  EXPECT_TRUE(store->pruner().plan({before, {}, {}}).empty()) << "a second time there is nothing to do";
}

TEST_F(Prune, CutOffAfterAnyStepLeavesASoundStoreAndCanGoOn) {
  append_rows(7);
  append_rows(4, "billing");
  clock.advance(hours{1});
  const auto copies = root / "copies";
  std::filesystem::create_directory(copies);
  std::vector<std::filesystem::path> cut_off;
  const auto plans = store->pruner().plan({clock.now(), {}, {}});
  ASSERT_EQ(plans.size(), 2U);
  for (const PrunePlan& plan : plans) {
    std::optional<proof::RowDraft> first = record(plan);
    PruneStep step;
    do {
      step = store->pruner().erase(plan, step.last_seq, std::move(first), {2, 1U << 20U}).value();
      first.reset();
      EXPECT_LE(step.rows, 2U);
      cut_off.push_back(copies / std::to_string(cut_off.size()));
      std::filesystem::copy(options.data_dir, cut_off.back());
    } while (step.more);
  }
  EXPECT_EQ(cut_off.size(), 6U);  // 2 + 2 + 2 + 1 and 2 + 2 rows.
  std::uint64_t last = 0;
  for (const auto& copy : cut_off) {
    options.data_dir = copy;
    const auto report = check();
    const std::uint64_t erased = report.chains[1].pruned + report.chains[2].pruned;
    EXPECT_GT(erased, last);
    EXPECT_EQ(prune(), 11 - erased);
    EXPECT_EQ(sealed(), std::vector<bool>(11, false));
    check();
    last = erased;
  }
}

TEST_F(Prune, BoundsAStepByBytesToo) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(append(full_draft(20'000)));
  clock.advance(hours{1});
  const auto plan = store->pruner().plan({clock.now(), {}, {}}).at(0);
  EXPECT_EQ(plan.rows, 4U);
  EXPECT_GT(plan.bytes, 80'000U);
  const auto step = store->pruner().erase(plan, 0, record(plan), {1000, 30'000}).value();
  EXPECT_EQ(step.rows, 2U);
  EXPECT_EQ(step.last_seq, 2U);
  EXPECT_TRUE(step.more);
}

TEST_F(Prune, KeepsToItsScopeAndNeverTouchesTheSystemsOwnChains) {
  append_rows(2);
  append_rows(2, "billing");
  append_rows(2, "_default", "umbra");
  auto own = draft("_default", "_operator");
  own.seal = proof::PendingSeal::prepare(customer.public_key(), "{}", random).value();
  ASSERT_TRUE(append(std::move(own)));
  clock.advance(hours{1});
  EXPECT_EQ(prune({clock.now(), "nobody", {}}), 0U);
  EXPECT_EQ(prune({clock.now(), "acme", "billing"}), 2U);
  EXPECT_EQ(sealed("umbra"), (std::vector<bool>{true, true}));
  EXPECT_EQ(prune({clock.now(), "acme", {}}), 2U);
  EXPECT_EQ(sealed("umbra"), (std::vector<bool>{true, true}));
  EXPECT_EQ(prune(), 2U);
  EXPECT_EQ(prune({clock.now(), "_operator", {}}), 0U);
  EXPECT_TRUE(sealed("_operator").at(0));
  check();
}

/// Pieces of an envelope's ciphertext: a large one is cut up by the links between its pages.
std::vector<std::string> pieces_of(const std::string& envelope) {
  const auto text = base::parse_json(envelope).value().at("ciphertext_b64").get<std::string>();
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at + 24 <= text.size(); at += 500) pieces.push_back(text.substr(at, 24));
  return pieces;
}

/// How many of the pieces are in some file of the directory.
std::size_t found_in(const std::filesystem::path& directory, const std::vector<std::string>& pieces) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {}).append(1, '\n');
  }
  return static_cast<std::size_t>(std::count_if(pieces.begin(), pieces.end(), [&](const auto& piece) {
    return bytes.find(piece) != std::string::npos;
  }));
}

TEST_F(Prune, LeavesNothingOfAnErasedEnvelopeInTheDirectory) {
  // The first ones lie in the table's first page, which becomes its root; the large ones in pages of their
  // own.
  append_rows(40);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(append(full_draft(20'000)));
  append_rows(40, "billing");
  clock.advance(hours{1});
  const TimePoint before = clock.now();
  append_rows(10);
  std::vector<std::string> erased;
  std::vector<std::string> kept;
  for (const auto& row : read(all()).rows) {
    auto& into = row.ts < before ? erased : kept;
    for (auto& piece : pieces_of(row.sealed.value())) into.push_back(std::move(piece));
  }
  ASSERT_GT(erased.size(), 300U);
  // Of a store that was closed, and of one that was cut off: everything is in the log then.
  const auto copy = root / "copy";
  std::filesystem::copy(options.data_dir, copy);
  for (const auto& directory : {options.data_dir, copy}) {
    options.data_dir = directory;
    reopen();
    EXPECT_GT(found_in(directory, erased), erased.size() * 9 / 10);
    EXPECT_EQ(prune({before, {}, {}}, {7, 1U << 20U}), 85U);
    store.reset();
    EXPECT_EQ(found_in(directory, erased), 0U);
    EXPECT_EQ(found_in(directory, kept), kept.size());
  }
  check();
}

TEST_F(Prune, LeavesAnEnvelopeThatWasTamperedWithAsEvidence) {
  append_rows(5);
  clock.advance(hours{1});
  tamper(
      "UPDATE rows SET sealed = CAST(replace(CAST(sealed AS TEXT), '\"v\":1', '\"v\":2') AS BLOB) "
      "WHERE seq = 4");
  open();
  const auto plan = store->pruner().plan({clock.now(), {}, {}}).at(0);
  const auto step = store->pruner().erase(plan, 0, record(plan));
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code(), ErrorCode::verification_failed);
  EXPECT_NE(step.error().message().find("row 4 of acme/_default"), std::string::npos);
  EXPECT_EQ(sealed(), std::vector<bool>(5, true)) << "nothing of the step was done";
  EXPECT_FALSE(store->audit_log().head(proof::kOperatorChain)) << "nor recorded";
}

TEST_F(Prune, FreesPagesThatNewRowsUse) {
  append_rows(400);
  clock.advance(hours{1});
  const auto full = store->pruner().space();
  EXPECT_LT(full.free_bytes, full.file_bytes / 10);
  EXPECT_EQ(prune(), 400U);
  const auto pruned = store->pruner().space();
  EXPECT_GT(pruned.free_bytes, full.file_bytes / 5);
  reopen();
  append_rows(60);
  EXPECT_LE(store->pruner().space().file_bytes, pruned.file_bytes);
  check();
}

}  // namespace
}  // namespace cogos::store
