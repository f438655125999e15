#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "api/model_catalog.hpp"
#include "api/scripted_engine.hpp"
#include "crypto/system_random.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"
#include "keys/mint.hpp"
#include "support/manual_clock.hpp"

namespace cogos::api {

/// What the handlers of calls to a model stand on: an engine that says what it is told, the seeded packages,
/// and keys of the free one.
class InferenceTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<const keys::KeyRecord> mint_key(
      keys::AuditContent content = keys::AuditContent::digest) {
    keys::KeyOrder order;
    order.tenant_id = "acme";
    order.package_id = "free";
    order.audit_content = content;
    return std::make_shared<const keys::KeyRecord>(keys::mint(order, clock.now(), dek, random)->record);
  }

  test::ManualClock clock;
  crypto::SystemRandom random;
  keys::Dek dek = keys::Dek::from_hex(std::string(64, 'e')).value();
  keys::Keyring keyring{{}, keys::seed_packages()};
  ModelCatalog catalog{{{"cogos-tier-a", "big"}, {"cogos-tier-b", "small"}}};
  ScriptedEngine engine;
  http::Router router;
};

}  // namespace cogos::api
