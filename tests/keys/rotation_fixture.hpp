#pragma once

#include <gtest/gtest.h>

#include "crypto/system_random.hpp"
#include "keys/rotation.hpp"
#include "support/manual_clock.hpp"

namespace cogos::keys {

/// A keyring with one key, and rotations of it.
class RotationTest : public ::testing::Test {
 protected:
  RotationTest() { keyring.put(old); }

  KeyRecord mint() {
    KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "team";
    order.expires_at = clock.now() + std::chrono::hours{24 * 365};
    return keys::mint(order, clock.now(), dek, random)->record;
  }
  [[nodiscard]] KeyringSnapshot::Key now(const KeyRecord& key) const {
    return keyring.snapshot()->by_id(key.key_id);
  }
  Result<RotationChange> plan(const std::optional<ByteArray<32>>& request = std::nullopt) {
    return plan_rotation(*keyring.snapshot(), *now(old), request, clock.now());
  }
  /// The change with a new key in it.
  RotationChange change(const std::optional<ByteArray<32>>& request = std::nullopt) {
    RotationChange change = plan(request).value();
    change.fresh = mint();
    change.fresh.rotated_from_key_id = old.key_id;
    change.fresh.rotation_request = request;
    change.fresh.first_use = std::make_shared<FirstUse>();
    return change;
  }
  KeyRecord rotate(const std::optional<ByteArray<32>>& request = std::nullopt) {
    const RotationChange made = change(request);
    EXPECT_TRUE(keyring.rotate(made));
    return made.fresh;
  }
  static std::string named(const Error& error) {
    for (const auto& [name, value] : error.facts()) {
      if (name == "new_key_id") return std::get<std::string>(value);
    }
    return "(none)";
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  Dek dek = Dek::from_hex(std::string(64, '7')).value();
  Keyring keyring{{}, seed_packages()};
  KeyRecord old = mint();
};

}  // namespace cogos::keys
