#include "store/blocking_store.hpp"
#include "store/held_writer.hpp"

namespace cogos::store {
namespace {

using Head = Result<proof::ChainHead>;

class StoredQuarantine : public BlockingStoreTest {
 protected:
  StoredQuarantine() {
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "team";
    key = keys::mint(order, clock.now(), dek, random).value().record;
  }
  template <class Start>
  static Head wait_for(Start start) {
    std::promise<Head> done;
    start([&done](Head head) { done.set_value(std::move(head)); });
    return done.get_future().get();
  }
  Head insert() {
    return wait_for([&](auto done) { store->keys().insert(key, draft("_default", "_operator"), done); });
  }
  keys::KeyRecord suspected() const {
    keys::KeyRecord record = key;
    record.quarantined_at = clock.now();
    record.quarantine_evidence = std::make_shared<const keys::QuarantineEvidence>(
        keys::QuarantineEvidence{"dot_env", "192.0.2.7", false, 1'234, 2, 3});
    return record;
  }
  Head quarantine(const keys::KeyRecord& record) {
    return wait_for([&](auto done) {
      store->keys().quarantine(record, draft("_default", "_operator"), draft("_default"), done);
    });
  }
  Head clear(const std::string& key_id) {
    return wait_for([&](auto done) {
      store->keys().clear_quarantine(key_id, draft("_default", "_operator"), draft("_default"), done);
    });
  }
  std::uint64_t height(const proof::ChainId& chain) const {
    const auto head = store->audit_log().head(chain);
    return head ? head->seq : 0;
  }

  const proof::ChainId customers{"acme", "_default"};
  keys::Dek dek = keys::Dek::from_hex(std::string(64, '7')).value();
  keys::KeyRecord key;
};

TEST_F(StoredQuarantine, SurvivesARestartWithItsEvidence) {
  ASSERT_TRUE(insert());
  const auto head = quarantine(suspected());
  ASSERT_TRUE(head);
  EXPECT_EQ(head->row_hash, store->audit_log().head(proof::kOperatorChain)->row_hash);
  reopen();
  const auto loaded = store->keys().load_keys().front();
  EXPECT_EQ(loaded.quarantined_at, clock.now());
  ASSERT_TRUE(loaded.quarantine_evidence);
  EXPECT_EQ(loaded.quarantine_evidence->pattern, "dot_env");
  EXPECT_EQ(loaded.quarantine_evidence->address, "192.0.2.7");
  EXPECT_FALSE(loaded.quarantine_evidence->key_first);
  EXPECT_EQ(loaded.quarantine_evidence->apart_ms, 1'234U);
  EXPECT_EQ(loaded.quarantine_evidence->scanner_hits, 2U);
  EXPECT_EQ(loaded.quarantine_evidence->authentication_failures, 3U);
  ASSERT_TRUE(clear(key.key_id));
  reopen();
  EXPECT_FALSE(store->keys().load_keys().front().quarantined_at);
  EXPECT_FALSE(store->keys().load_keys().front().quarantine_evidence);
}

TEST_F(StoredQuarantine, BothRowsGoWithItOrNeither) {
  ASSERT_TRUE(insert());
  ASSERT_TRUE(quarantine(suspected()));
  EXPECT_EQ(height(proof::kOperatorChain), 2U);
  EXPECT_EQ(height(customers), 1U);
  EXPECT_EQ(clear("unknown").error().code(), ErrorCode::not_found);
  EXPECT_EQ(height(proof::kOperatorChain), 2U);
  EXPECT_EQ(height(customers), 1U);
  ASSERT_TRUE(append("_default"));
  EXPECT_TRUE(verify_all().holds()) << "what was undone left no gap";
  store.reset();
  EXPECT_TRUE(fsck(options.data_dir).value().holds());
}

TEST_F(StoredQuarantine, WhatIsUndoneGivesItsPlacesBackToTheSameBatch) {
  ASSERT_TRUE(insert());
  keys::KeyRecord unknown = suspected();
  unknown.key_id = "unknown";
  std::vector<std::future<Head>> outcomes;
  {
    const HeldWriter held(store->audit_log(), draft("held", "other"));
    const auto keep = [&outcomes](auto start) {
      auto promise = std::make_shared<std::promise<Head>>();
      outcomes.push_back(promise->get_future());
      start([promise](Head head) { promise->set_value(std::move(head)); });
    };
    // The first row of a chain that is new, undone; then the first row of another one that is new.
    keep([&](auto done) {
      store->keys().quarantine(unknown, draft("_default", "_operator"), draft("one", "fresh"), done);
    });
    keep([&](auto done) { store->audit_log().append(draft("two", "fresh"), done); });
    keep([&](auto done) {
      store->keys().quarantine(suspected(), draft("_default", "_operator"), draft("_default"), done);
    });
  }
  EXPECT_EQ(outcomes[0].get().error().code(), ErrorCode::not_found);
  EXPECT_EQ(outcomes[1].get()->seq, 1U);
  EXPECT_EQ(outcomes[2].get()->seq, 2U);
  EXPECT_EQ(height({"fresh", "one"}), 0U);
  store.reset();
  EXPECT_TRUE(fsck(options.data_dir).value().holds());
}

TEST_F(StoredQuarantine, AFullQueueTakesItAllTheSame) {
  options.max_queued_writes = 2;
  reopen();
  ASSERT_TRUE(insert());
  std::promise<Head> quarantined;
  {
    const HeldWriter held(store->audit_log(), draft("held", "other"));
    store->audit_log().append(draft("a"), [](const Head&) {});
    store->audit_log().append(draft("b"), [](const Head&) {});
    EXPECT_EQ(append("c").error().code(), ErrorCode::overloaded);
    EXPECT_EQ(clear(key.key_id).error().code(), ErrorCode::overloaded) << "what waits can be asked for again";
    store->keys().quarantine(suspected(), draft("_default", "_operator"), draft("_default"),
                             [&](Head head) { quarantined.set_value(std::move(head)); });
  }
  EXPECT_TRUE(quarantined.get_future().get());
}

TEST_F(StoredQuarantine, AChangeFromAnOlderRecordDoesNotEndIt) {
  ASSERT_TRUE(insert());
  ASSERT_TRUE(quarantine(suspected()));
  keys::KeyRecord older = key;
  older.revoked_at = clock.now();
  ASSERT_TRUE(
      wait_for([&](auto done) { store->keys().update(older, draft("_default", "_operator"), done); }));
  reopen();
  EXPECT_TRUE(store->keys().load_keys().front().quarantined_at);
  EXPECT_TRUE(store->keys().load_keys().front().revoked_at);
}

TEST_F(StoredQuarantine, AStoreFromBeforeItsEvidenceIsTakenForward) {
  become_older(
      1,
      "INSERT INTO keys (key_id, tenant_id, tenant_type, app_id, label, tier, package_id, scheme, "
      "audit_content, issued_at_ms, quarantined_at_ms, hmac_nonce, hmac_ciphertext, hmac_tag) VALUES "
      "('k', 'acme', 'customer', '_default', '', 'team', 'team', 'bearer', 'digest', 1, 2, "
      "zeroblob(12), zeroblob(64), zeroblob(16))");
  open();
  const auto loaded = store->keys().load_keys();
  ASSERT_EQ(loaded.size(), 1U);
  EXPECT_EQ(loaded.front().quarantined_at, from_unix_ms(2));
  EXPECT_EQ(loaded.front().quarantine_evidence, nullptr);
  ASSERT_TRUE(clear("k"));
  reopen();
  EXPECT_FALSE(store->keys().load_keys().front().quarantined_at);
}

}  // namespace
}  // namespace cogos::store
