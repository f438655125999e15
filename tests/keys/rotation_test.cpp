#include <atomic>
#include <thread>

#include "keys/rotation_fixture.hpp"

namespace cogos::keys {
namespace {

TEST_F(RotationTest, TheOldKeyHasItsGraceAndIsThenRefused) {
  const KeyRecord fresh = rotate();
  EXPECT_EQ(now(old)->rotation_grace_until, clock.now() + std::chrono::hours{24});
  EXPECT_EQ(standing(*now(old), clock.now()), Standing::grace);
  EXPECT_EQ(standing(*now(fresh), clock.now()), Standing::active);
  clock.advance(std::chrono::hours{24} - std::chrono::milliseconds{1});
  EXPECT_EQ(standing(*now(old), clock.now()), Standing::grace);
  clock.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(standing(*now(old), clock.now()), Standing::rotated_out);
  EXPECT_EQ(plan().error().code(), ErrorCode::expired_api_key);
}

TEST_F(RotationTest, TheGraceEndsNoLaterThanTheKey) {
  clock.set(*old.expires_at - std::chrono::hours{1});
  EXPECT_EQ(plan()->grace_until, *old.expires_at);
  clock.set(*old.expires_at);
  EXPECT_EQ(plan().error().code(), ErrorCode::expired_api_key);
}

TEST_F(RotationTest, AnUnusedNewKeyIsReplacedAndTheGraceStays) {
  const KeyRecord first = rotate();
  const auto until = now(old)->rotation_grace_until;
  clock.advance(std::chrono::hours{1});
  const RotationChange second = change();
  ASSERT_TRUE(second.replaced);
  EXPECT_EQ(second.replaced->key_id, first.key_id);
  EXPECT_EQ(second.grace_until, until);
  ASSERT_TRUE(keyring.rotate(second));
  EXPECT_EQ(standing(*now(first), clock.now()), Standing::revoked);
  EXPECT_EQ(standing(*now(second.fresh), clock.now()), Standing::active);
  EXPECT_EQ(plan()->replaced->key_id, second.fresh.key_id) << "the newest one is replaced next";
}

TEST_F(RotationTest, AUsedNewKeyIsNotReplaced) {
  const KeyRecord fresh = rotate();
  ASSERT_EQ(fresh.first_use->enter(), FirstUse::Entry::to_be_marked);
  const auto refused = plan();
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  EXPECT_EQ(named(refused.error()), fresh.key_id);
  keyring.change(fresh.key_id, [](KeyRecord& key) { key.first_use = nullptr; });
  EXPECT_EQ(plan().error().code(), ErrorCode::conflict) << "as after a restart that found it used";
}

TEST_F(RotationTest, TheSameRequestIsNotGrantedTwice) {
  const auto request = rotation_request(old.key_id, "once");
  const KeyRecord fresh = rotate(request);
  const auto again = plan(request);
  EXPECT_EQ(again.error().code(), ErrorCode::rotation_already_done);
  EXPECT_EQ(named(again.error()), fresh.key_id);
  EXPECT_TRUE(plan(rotation_request(old.key_id, "twice")));
  EXPECT_TRUE(plan(rotation_request("another key", "once")));
  EXPECT_TRUE(plan());
}

TEST_F(RotationTest, AKeyThatIsNotAdmittedIsNotRotated) {
  keyring.change(old.key_id, [&](KeyRecord& key) { key.quarantined_at = clock.now(); });
  EXPECT_EQ(plan().error().code(), ErrorCode::key_quarantined);
  keyring.change(old.key_id, [&](KeyRecord& key) { key.revoked_at = clock.now(); });
  EXPECT_EQ(plan().error().code(), ErrorCode::invalid_api_key);
}

TEST_F(RotationTest, ANewKeyComesInRevokedWhereTheOldOneWentMeanwhile) {
  for (const bool quarantine : {false, true}) {
    const RotationChange planned = change();
    keyring.change(old.key_id,
                   [&](KeyRecord& key) { (quarantine ? key.quarantined_at : key.revoked_at) = clock.now(); });
    EXPECT_FALSE(keyring.rotate(planned));
    EXPECT_EQ(standing(*now(planned.fresh), clock.now()), Standing::revoked);
    keyring.put(old);
  }
}

TEST_F(RotationTest, ATenantHasOnlySoManyKeysMadeInADay) {
  rotate();
  clock.advance(std::chrono::minutes{1});
  for (std::size_t i = 1; i < kMostRotations; ++i) rotate();
  const auto refused = plan();
  EXPECT_EQ(refused.error().code(), ErrorCode::rate_limit_exceeded);
  EXPECT_EQ(refused.error().retry_after_s(), 24U * 3600 - 60);
  const KeyRecord another = mint();
  keyring.put(another);
  rotate();
  KeyRecord of_other_tenant = mint();
  of_other_tenant.tenant_id = "globex";
  keyring.put(of_other_tenant);
  EXPECT_TRUE(plan_rotation(*keyring.snapshot(), of_other_tenant, std::nullopt, clock.now()));
  for (std::size_t i = 1; i < kMostRotations; ++i) rotate();
  old = another;
  EXPECT_EQ(plan().error().code(), ErrorCode::rate_limit_exceeded) << "by any of its keys";
  clock.advance(std::chrono::hours{24} - std::chrono::minutes{1});
  EXPECT_TRUE(plan()) << "one has fallen out of the window";
}

TEST_F(RotationTest, TheNewKeyIsAsTheOldOne) {
  old.app_id = "billing";
  old.label = "first";
  old.tier = "gold";
  old.audit_content = AuditContent::full;
  const auto minted = keys::mint(order_like(old), clock.now(), dek, random);
  ASSERT_TRUE(minted) << minted.error().message();
  const KeyRecord& fresh = minted->record;
  EXPECT_EQ(fresh.chain(), old.chain());
  EXPECT_EQ(fresh.label, old.label);
  EXPECT_EQ(fresh.tier, old.tier);
  EXPECT_EQ(fresh.package_id, old.package_id);
  EXPECT_EQ(fresh.scheme, old.scheme);
  EXPECT_EQ(fresh.audit_content, old.audit_content);
  EXPECT_EQ(fresh.expires_at, old.expires_at);
  EXPECT_EQ(fresh.sealing_key->raw(), old.sealing_key->raw());
  EXPECT_TRUE(minted->sealing_private_pem.empty());
  EXPECT_NE(fresh.key_id, old.key_id);
  EXPECT_NE(fresh.bearer_sha256, old.bearer_sha256);
  EXPECT_TRUE(dek.open_hmac(fresh.key_id, fresh.hmac_secret));
}

TEST_F(RotationTest, EveryThreadSeesBothKeysChangeAtOnce) {
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;
  std::atomic<int> torn = 0;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto snapshot = keyring.snapshot();
        int live = 0;
        for (const auto& key : snapshot->keys()) {
          if (key->rotated_from_key_id && !key->revoked_at) ++live;
        }
        const bool graced = snapshot->by_id(old.key_id)->rotation_grace_until.has_value();
        if (live != (graced ? 1 : 0)) ++torn;
      }
    });
  }
  for (std::size_t i = 0; i < kMostRotations; ++i) rotate();
  done = true;
  readers.clear();
  EXPECT_EQ(torn, 0);
}

TEST_F(RotationTest, ChangesOfOneKeyByManyThreadsAllHold) {
  for (int round = 0; round < 50; ++round) {
    const KeyRecord key = mint();
    keyring.put(key);
    std::vector<std::jthread> threads;
    threads.emplace_back(
        [&] { keyring.change(key.key_id, [&](KeyRecord& k) { k.revoked_at = clock.now(); }); });
    threads.emplace_back(
        [&] { keyring.change(key.key_id, [&](KeyRecord& k) { k.quarantined_at = clock.now(); }); });
    threads.emplace_back(
        [&] { keyring.change(key.key_id, [&](KeyRecord& k) { k.rotation_grace_until = clock.now(); }); });
    threads.clear();
    const auto changed = now(key);
    EXPECT_TRUE(changed->revoked_at && changed->quarantined_at && changed->rotation_grace_until);
  }
}

TEST_F(RotationTest, ARevocationIsSeenByEveryLookThatBeginsAfterIt) {
  for (int round = 0; round < 50; ++round) {
    const KeyRecord key = mint();
    keyring.put(key);
    std::atomic<bool> revoked = false;
    std::atomic<int> admitted_after = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (bool last = false; !last;) {
          last = revoked;
          const auto found = keyring.snapshot()->by_bearer_hash(*key.bearer_sha256);
          if (last && is_admitted(standing(*found, clock.now()))) ++admitted_after;
        }
      });
    }
    keyring.change(key.key_id, [&](KeyRecord& one) { one.revoked_at = clock.now(); });
    revoked = true;
    threads.clear();
    EXPECT_EQ(admitted_after, 0);
  }
}

}  // namespace
}  // namespace cogos::keys
