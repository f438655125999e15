#include "keys/dek.hpp"
#include "store/blocking_store.hpp"
#include "store/held_writer.hpp"

namespace cogos::store {
namespace {

using Head = Result<proof::ChainHead>;

/// Changes that get into one transaction.
class OneBatch : public BlockingStoreTest {
 protected:
  keys::KeyRecord key(keys::Scheme scheme = keys::Scheme::bearer) {
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "team";
    order.scheme = scheme;
    return keys::mint(order, clock.now(), dek, random).value().record;
  }
  std::future<Head> start(const std::string& app) {
    auto [done, answer] = promise();
    store->audit_log().append(draft(app), std::move(done));
    return std::move(answer);
  }
  std::future<Head> start_insert(const keys::KeyRecord& record) {
    auto [done, answer] = promise();
    store->keys().insert(record, draft("_default", "_operator"), std::move(done));
    return std::move(answer);
  }
  std::future<Head> start_update(const keys::KeyRecord& record) {
    auto [done, answer] = promise();
    store->keys().update(record, draft("_default", "_operator"), std::move(done));
    return std::move(answer);
  }
  static std::pair<proof::AuditLog::Appended, std::future<Head>> promise() {
    auto done = std::make_shared<std::promise<Head>>();
    auto answer = done->get_future();
    return {[done](Head head) { done->set_value(std::move(head)); }, std::move(answer)};
  }

  keys::Dek dek = keys::Dek::from_hex(std::string(64, '7')).value();
};

TEST_F(OneBatch, AFailedChangeUndoesItselfAndNothingElse) {
  const auto known = key();
  ASSERT_TRUE(start_insert(known).get());
  auto same_bearer = key();
  same_bearer.bearer_sha256 = known.bearer_sha256;
  const auto signing = key(keys::Scheme::ed25519);
  auto same_signing = key(keys::Scheme::ed25519);
  same_signing.signing_key = signing.signing_key;
  const auto fresh = key();

  std::vector<std::future<Head>> answers;
  const auto commits = [this] { return store->status().commits; };
  std::uint64_t before = 0;
  {
    const HeldWriter held(store->audit_log(), draft("_default"));
    before = commits();
    answers.push_back(start("_default"));           // 0
    answers.push_back(start_insert(known));         // 1: its id exists
    answers.push_back(start_insert(same_bearer));   // 2: its bearer hash exists
    answers.push_back(start_insert(signing));       // 3
    answers.push_back(start_insert(same_signing));  // 4: exists since this very batch
    answers.push_back(start_update(key()));         // 5: unknown
    answers.push_back(start_insert(fresh));         // 6
    answers.push_back(start("_default"));           // 7
  }
  std::vector<Head> heads;
  for (auto& answer : answers) heads.push_back(answer.get());
  EXPECT_EQ(commits() - before, 1U);
  for (const std::size_t conflicting : {1U, 2U, 4U}) {
    ASSERT_FALSE(heads[conflicting]) << conflicting;
    EXPECT_EQ(heads[conflicting].error().code(), ErrorCode::conflict) << conflicting;
  }
  EXPECT_EQ(heads[5].error().code(), ErrorCode::not_found);
  EXPECT_EQ(heads[0]->seq, 2U);
  EXPECT_EQ(heads[7]->seq, 3U);
  EXPECT_EQ(heads[3]->seq, 2U) << "the refused ones used up no seq of _operator";
  EXPECT_EQ(heads[6]->seq, 3U);

  reopen();
  EXPECT_EQ(store->keys().load_keys().size(), 3U);
  EXPECT_EQ(store->audit_log().head(proof::kOperatorChain)->seq, 3U);
  store.reset();
  EXPECT_TRUE(fsck(options.data_dir)->holds());
}

TEST_F(OneBatch, AChainThatARefusedChangeBeganDoesNotExist) {
  {
    const HeldWriter held(store->audit_log(), draft("_default"));
    auto refused = start_update(key());  // Would be the first row of _operator.
    auto other = start("billing");
    auto inserted = start_insert(key());
    start("search");
  }
  store->close();
  EXPECT_EQ(store->audit_log().head(proof::kOperatorChain)->seq, 1U);
  store.reset();
  const auto report = fsck(options.data_dir);
  EXPECT_TRUE(report->holds());
  EXPECT_EQ(report->chains.size(), 4U);
  EXPECT_EQ(report->rows, 4U);
}

}  // namespace
}  // namespace cogos::store
