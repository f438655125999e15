#include "keys/rotation_fixture.hpp"

namespace cogos::keys {
namespace {

using Suspension = RotationTest;

TEST_F(Suspension, HoldsForAllKeysOfItsTenantAndForNoOther) {
  const KeyRecord second = mint();
  keyring.put(second);
  KeyRecord other = mint();
  other.tenant_id = "globex";
  keyring.put(other);
  const TimePoint since = clock.now();
  keyring.suspend("acme", since);
  clock.advance(std::chrono::hours{1});
  keyring.suspend("acme", clock.now());
  EXPECT_EQ(now(old)->suspended_at, since) << "it began once";
  EXPECT_EQ(standing(*now(old), clock.now()), Standing::suspended);
  EXPECT_EQ(standing(*now(second), clock.now()), Standing::suspended);
  EXPECT_EQ(standing(*now(other), clock.now()), Standing::active);
  keyring.suspend("acme", std::nullopt);
  EXPECT_EQ(standing(*now(old), clock.now()), Standing::active);
  EXPECT_EQ(standing(*now(second), clock.now()), Standing::active);
}

TEST_F(Suspension, IsToldAsAnEndThatCanBeUndone) {
  keyring.suspend("acme", clock.now());
  const Standing standing = keys::standing(*now(old), clock.now());
  EXPECT_FALSE(is_admitted(standing));
  const Error told = refusal(standing);
  EXPECT_EQ(told.code(), ErrorCode::expired_api_key);
  EXPECT_NE(told.message().find("not paid"), std::string::npos);
}

TEST_F(Suspension, StandsBetweenExpiryAndQuarantine) {
  keyring.suspend("acme", clock.now());
  clock.set(*old.expires_at);
  EXPECT_EQ(standing(*now(old), clock.now()), Standing::suspended);
  keyring.change(old.key_id, [&](KeyRecord& key) { key.quarantined_at = clock.now(); });
  EXPECT_EQ(standing(*now(old), clock.now()), Standing::quarantined);
}

TEST_F(Suspension, IsNoMomentToRotate) {
  const RotationChange planned = change();
  keyring.suspend("acme", clock.now());
  EXPECT_EQ(plan().error().code(), ErrorCode::expired_api_key);
  EXPECT_FALSE(keyring.rotate(planned));
  EXPECT_EQ(standing(*now(planned.fresh), clock.now()), Standing::revoked);
}

}  // namespace
}  // namespace cogos::keys
