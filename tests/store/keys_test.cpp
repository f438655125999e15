#include <fstream>
#include <iterator>

#include "store/blocking_store.hpp"

namespace cogos::store {
namespace {

class StoredKeys : public BlockingStoreTest {
 protected:
  keys::MintedKey mint(keys::Scheme scheme = keys::Scheme::bearer) {
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "team";
    order.label = "first";
    order.scheme = scheme;
    order.expires_at = clock.now() + std::chrono::hours{24};
    return keys::mint(order, clock.now(), dek, random).value();
  }
  Result<proof::ChainHead> insert(const keys::KeyRecord& record) {
    std::promise<Result<proof::ChainHead>> done;
    store->keys().insert(record, draft("_default", "_operator"),
                         [&done](Result<proof::ChainHead> head) { done.set_value(std::move(head)); });
    return done.get_future().get();
  }
  Result<proof::ChainHead> update(const keys::KeyRecord& record) {
    std::promise<Result<proof::ChainHead>> done;
    store->keys().update(record, draft("_default", "_operator"),
                         [&done](Result<proof::ChainHead> head) { done.set_value(std::move(head)); });
    return done.get_future().get();
  }

  keys::Dek dek = keys::Dek::from_hex(std::string(64, '7')).value();
};

TEST_F(StoredKeys, AProbesKeyIsOneAfterARestartToo) {
  keys::KeyOrder order;
  order.tenant_id = "watch";
  order.tenant_type = keys::TenantType::probe;
  order.package_id = "team";
  ASSERT_TRUE(insert(keys::mint(order, clock.now(), dek, random)->record));
  ASSERT_TRUE(insert(mint().record));
  reopen();
  const auto loaded = store->keys().load_keys();
  ASSERT_EQ(loaded.size(), 2U);
  EXPECT_EQ(loaded[0].tenant_type, keys::TenantType::probe);
  EXPECT_EQ(loaded[1].tenant_type, keys::TenantType::customer);
}

TEST_F(StoredKeys, KeysSurviveARestartToTheLastMember) {
  const auto bearer = mint();
  const auto signing = mint(keys::Scheme::ed25519);
  ASSERT_TRUE(insert(bearer.record));
  ASSERT_TRUE(insert(signing.record));
  reopen();
  const auto loaded = store->keys().load_keys();
  ASSERT_EQ(loaded.size(), 2U);
  const keys::KeyRecord& key = loaded.front();
  EXPECT_EQ(key.key_id, bearer.record.key_id);
  EXPECT_EQ(key.tenant_id, "acme");
  EXPECT_EQ(key.app_id, "_default");
  EXPECT_EQ(key.label, "first");
  EXPECT_EQ(key.package_id, "team");
  EXPECT_EQ(key.tier, "team");
  EXPECT_EQ(key.issued_at, bearer.record.issued_at);
  EXPECT_EQ(key.expires_at, bearer.record.expires_at);
  EXPECT_EQ(key.bearer_sha256, bearer.record.bearer_sha256);
  EXPECT_EQ(key.sealing_key->raw(), bearer.record.sealing_key->raw());
  EXPECT_FALSE(key.revoked_at);
  const auto secret = dek.open_hmac(key.key_id, key.hmac_secret);
  ASSERT_TRUE(secret);
  EXPECT_EQ(as_text(secret->reveal()), as_text(bearer.hmac_secret.reveal()));
  EXPECT_EQ(loaded.back().scheme, keys::Scheme::ed25519);
  EXPECT_EQ(loaded.back().signing_key->raw(), signing.record.signing_key->raw());
}

TEST_F(StoredKeys, AChangeAndItsRowAreOneTransaction) {
  auto minted = mint();
  ASSERT_TRUE(insert(minted.record));
  const auto twice = insert(minted.record);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), ErrorCode::conflict);
  EXPECT_EQ(store->audit_log().head(proof::kOperatorChain)->seq, 1U) << "a refused change leaves no row";

  minted.record.revoked_at = clock.now();
  EXPECT_EQ(update(minted.record)->seq, 2U);
  keys::KeyRecord unknown = minted.record;
  unknown.key_id = "unknown";
  EXPECT_EQ(update(unknown).error().code(), ErrorCode::not_found);
  EXPECT_EQ(store->audit_log().head(proof::kOperatorChain)->seq, 2U);
  reopen();
  EXPECT_EQ(store->keys().load_keys().front().revoked_at, minted.record.revoked_at);
}

TEST_F(StoredKeys, ANewStoreHasTheSeedPackages) {
  const auto packages = store->keys().load_packages();
  const auto seeds = keys::seed_packages();
  ASSERT_EQ(packages.size(), seeds.size());
  EXPECT_EQ(packages.front().id, seeds.front().id);
  EXPECT_EQ(packages.front().allowed_model_tiers, seeds.front().allowed_model_tiers);
  EXPECT_TRUE(packages.front().is_default);
}

TEST_F(StoredKeys, NoSecretLiesOnDiskInClear) {
  const auto minted = mint();
  const auto signing = mint(keys::Scheme::ed25519);
  ASSERT_TRUE(insert(minted.record));
  ASSERT_TRUE(insert(signing.record));
  ASSERT_TRUE(append("_default"));
  std::string everything;
  for (const auto& entry : std::filesystem::directory_iterator(options.data_dir)) {
    std::ifstream file(entry.path(), std::ios::binary);
    everything.append(std::istreambuf_iterator<char>(file), {});
  }
  ASSERT_NE(everything.find(minted.record.key_id), std::string::npos) << "the search works";
  const auto pem_body = [](std::string_view pem) { return std::string(pem.substr(pem.find('\n') + 1, 40)); };
  for (const std::string& secret :
       {std::string(minted.api_key.reveal()), std::string(as_text(minted.hmac_secret.reveal())),
        std::string(as_text(signing.hmac_secret.reveal())), pem_body(signing.signing_private_pem.reveal()),
        pem_body(minted.sealing_private_pem.reveal()), std::string("req-1")}) {
    EXPECT_EQ(everything.find(secret), std::string::npos);
  }
}

TEST_F(StoredKeys, AttestationKeysAreRecordedWithTheirRows) {
  keys::AttestationKeyRecord record;
  record.kid = "aabb";
  record.public_pem = "pem";
  record.rev = "1";
  record.started_at = clock.now();
  std::promise<Result<proof::ChainHead>> begun;
  store->attestation_keys().begin(record, draft("_default", "_operator"),
                                  [&](Result<proof::ChainHead> head) { begun.set_value(std::move(head)); });
  const auto head = begun.get_future().get().value();
  std::promise<Result<proof::ChainHead>> ended;
  store->attestation_keys().end("aabb", clock.now(), draft("_default", "_operator"),
                                [&](Result<proof::ChainHead> end) { ended.set_value(std::move(end)); });
  ASSERT_TRUE(ended.get_future().get());
  reopen();
  const auto all = store->attestation_keys().all();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().operator_seq, head.seq);
  EXPECT_EQ(all.front().operator_row_hash, head.row_hash);
  EXPECT_EQ(all.front().ended_at, clock.now());
}

}  // namespace
}  // namespace cogos::store
