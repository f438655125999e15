// Rotations as the store keeps them: all of one or nothing, one of those that compete, and across restarts.
#include "keys/rotation.hpp"

#include <thread>

#include "store/blocking_store.hpp"
#include "store/held_writer.hpp"

namespace cogos::store {
namespace {

class StoredRotations : public BlockingStoreTest {
 protected:
  StoredRotations() { EXPECT_TRUE(insert(old)); }

  keys::KeyRecord mint() {
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "team";
    return keys::mint(order, clock.now(), dek, random)->record;
  }
  proof::RowDraft row() { return draft("_default", "_operator"); }
  using Head = Result<proof::ChainHead>;
  static keys::KeyStore::Changed telling(std::promise<Head>& done) {
    return [&done](Head head) { done.set_value(std::move(head)); };
  }
  Head insert(const keys::KeyRecord& record) {
    std::promise<Head> done;
    store->keys().insert(record, row(), telling(done));
    return done.get_future().get();
  }
  Head update(const keys::KeyRecord& record) {
    std::promise<Head> done;
    store->keys().update(record, row(), telling(done));
    return done.get_future().get();
  }
  Head quarantine(const keys::KeyRecord& record) {
    std::promise<Head> done;
    store->keys().quarantine(record, row(), draft("_default"), telling(done));
    return done.get_future().get();
  }
  Head rotate(const keys::RotationChange& change) {
    std::promise<Head> done;
    store->keys().rotate(change, row(), telling(done));
    return done.get_future().get();
  }
  bool mark_used(const keys::KeyRecord& key, TimePoint at) {
    std::promise<bool> done;
    store->keys().mark_used(key.key_id, at, [&done](bool durable) { done.set_value(durable); });
    return done.get_future().get();
  }
  keys::RotationChange change(std::shared_ptr<const keys::KeyRecord> replaced = nullptr) {
    keys::RotationChange change;
    change.at = clock.now();
    change.grace_until = clock.now() + keys::kRotationGrace;
    change.fresh = mint();
    change.fresh.rotated_from_key_id = old.key_id;
    change.fresh.rotation_request = keys::rotation_request(old.key_id, "once");
    change.fresh.first_use = std::make_shared<keys::FirstUse>();
    change.replaced = std::move(replaced);
    return change;
  }
  static std::shared_ptr<const keys::KeyRecord> shared(const keys::KeyRecord& key) {
    return std::make_shared<const keys::KeyRecord>(key);
  }
  keys::KeyRecord stored(const keys::KeyRecord& key) {
    for (auto& one : store->keys().load_keys()) {
      if (one.key_id == key.key_id) return one;
    }
    ADD_FAILURE() << "there is no " << key.key_id;
    return {};
  }
  std::uint64_t operator_rows() { return store->audit_log().head(proof::kOperatorChain)->seq; }

  keys::Dek dek = keys::Dek::from_hex(std::string(64, '7')).value();
  keys::KeyRecord old = mint();
};

TEST_F(StoredRotations, SurviveARestartToTheLastMember) {
  const auto made = change();
  ASSERT_TRUE(rotate(made));
  reopen();
  EXPECT_EQ(stored(old).rotation_grace_until, made.grace_until);
  const keys::KeyRecord fresh = stored(made.fresh);
  EXPECT_EQ(fresh.rotated_from_key_id, old.key_id);
  EXPECT_EQ(fresh.rotation_request, made.fresh.rotation_request);
  ASSERT_TRUE(fresh.first_use);
  EXPECT_FALSE(keys::is_used(fresh));
  EXPECT_TRUE(dek.open_hmac(fresh.key_id, fresh.hmac_secret)) << "its secret is sealed at rest";
  EXPECT_EQ(operator_rows(), 2U);
}

TEST_F(StoredRotations, AUseIsOnRecordAcrossARestart) {
  const auto made = change();
  ASSERT_TRUE(rotate(made));
  ASSERT_TRUE(mark_used(made.fresh, clock.now()));
  reopen();
  EXPECT_TRUE(keys::is_used(stored(made.fresh)));
  const auto refused = rotate(change(shared(made.fresh)));
  ASSERT_FALSE(refused) << "by what is stored, although this object was never told";
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
}

TEST_F(StoredRotations, AnUnusedKeyIsReplacedInTheSameTransaction) {
  const auto first = change();
  ASSERT_TRUE(rotate(first));
  const auto second = change(shared(first.fresh));
  ASSERT_TRUE(rotate(second));
  EXPECT_EQ(first.fresh.first_use->enter(), keys::FirstUse::Entry::refused);
  reopen();
  EXPECT_EQ(stored(first.fresh).revoked_at, second.at);
  EXPECT_FALSE(stored(second.fresh).revoked_at);
}

TEST_F(StoredRotations, ARefusedOneLeavesNothing) {
  const auto first = change();
  ASSERT_TRUE(rotate(first));
  ASSERT_EQ(first.fresh.first_use->enter(), keys::FirstUse::Entry::to_be_marked);
  const auto keys = store->keys().load_keys().size();
  auto later = change(shared(first.fresh));
  later.grace_until = clock.now() + std::chrono::hours{99};
  for (const auto& late : {change(), later}) {
    const auto refused = rotate(late);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  }
  EXPECT_EQ(store->keys().load_keys().size(), keys);
  EXPECT_EQ(stored(old).rotation_grace_until, first.grace_until);
  EXPECT_FALSE(stored(first.fresh).revoked_at);
  EXPECT_EQ(operator_rows(), 2U);
}

TEST_F(StoredRotations, AKeyInUseTwiceIsRefusedAndTheUnusedOneStays) {
  const auto first = change();
  ASSERT_TRUE(rotate(first));
  auto twice = change(shared(first.fresh));
  twice.fresh.bearer_sha256 = old.bearer_sha256;
  EXPECT_EQ(rotate(twice).error().code(), ErrorCode::conflict);
  EXPECT_EQ(first.fresh.first_use->enter(), keys::FirstUse::Entry::to_be_marked) << "not taken out of use";
}

TEST_F(StoredRotations, ARevokedOrQuarantinedKeyIsNotRotated) {
  keys::KeyRecord taken = old;
  taken.quarantined_at = clock.now();
  ASSERT_TRUE(quarantine(taken));
  EXPECT_EQ(rotate(change()).error().code(), ErrorCode::conflict);
  std::promise<Head> cleared;
  store->keys().clear_quarantine(old.key_id, row(), draft("_default"), telling(cleared));
  ASSERT_TRUE(cleared.get_future().get());
  taken.revoked_at = clock.now();
  ASSERT_TRUE(update(taken));
  EXPECT_EQ(rotate(change()).error().code(), ErrorCode::conflict);
}

TEST_F(StoredRotations, AChangeFromAnOlderRecordUndoesNeitherARevocationNorAGrace) {
  const auto made = change();
  ASSERT_TRUE(rotate(made));
  keys::KeyRecord revoked = old;
  revoked.revoked_at = clock.now();
  ASSERT_TRUE(update(revoked));
  keys::KeyRecord quarantined = old;
  quarantined.quarantined_at = clock.now();
  ASSERT_TRUE(quarantine(quarantined));
  ASSERT_TRUE(update(old));
  EXPECT_EQ(stored(old).revoked_at, revoked.revoked_at);
  EXPECT_EQ(stored(old).rotation_grace_until, made.grace_until);
  EXPECT_EQ(stored(old).quarantined_at, quarantined.quarantined_at);
}

TEST_F(StoredRotations, OfManyAtOnceOneWins) {
  constexpr int kMany = 16;
  std::vector<std::promise<Head>> answers(kMany);
  std::vector<keys::RotationChange> changes;
  for (int i = 0; i < kMany; ++i) changes.push_back(change());
  {
    // All in one transaction, or in as many as the threads happen to make of it.
    const HeldWriter held(store->audit_log(), draft("_default"));
    std::vector<std::jthread> threads;
    for (int i = 0; i < kMany; ++i) {
      threads.emplace_back([this, &changes, &answers, i] {
        store->keys().rotate(changes[static_cast<std::size_t>(i)], row(),
                             telling(answers[static_cast<std::size_t>(i)]));
      });
    }
  }
  int won = 0;
  for (auto& answer : answers) won += answer.get_future().get() ? 1 : 0;
  EXPECT_EQ(won, 1);
  EXPECT_EQ(store->keys().load_keys().size(), 2U);
  EXPECT_EQ(operator_rows(), 2U);
}

TEST_F(StoredRotations, AStoreFromBeforeThemIsTakenForward) {
  become_older(1, R"sql(
    INSERT INTO keys (key_id, tenant_id, tenant_type, app_id, label, tier, package_id, scheme, audit_content,
      issued_at_ms, hmac_nonce, hmac_ciphertext, hmac_tag) VALUES ('k1', 'acme', 'customer', '_default', '',
      'team', 'team', 'bearer', 'digest', 0, zeroblob(12), zeroblob(64), zeroblob(16)))sql");
  open();
  old.key_id = "k1";
  EXPECT_EQ(stored(old).tenant_id, "acme");
  EXPECT_TRUE(rotate(change()));
  reopen();
  EXPECT_TRUE(stored(old).rotation_grace_until);
}

}  // namespace
}  // namespace cogos::store
