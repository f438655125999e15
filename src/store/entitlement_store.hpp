#pragma once

#include "keys/entitlement_store.hpp"
#include "store/entitlement_table.hpp"
#include "store/key_table.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// Entitlements, their keys, and subscriptions. Thread-safe; made before the writer's first job.
class EntitlementStore final : public keys::EntitlementStore {
 public:
  EntitlementStore(Writer& writer, Readers& readers)
      : writer_(writer), readers_(readers), table_(writer.database()), keys_(writer.database()) {}

  void find(const ByteArray<32>& session_sha256,
            std::function<void(Result<std::optional<keys::Entitlement>>)> done) override;
  void find_subscription(const std::string& id, const std::string& event_id,
                         std::function<void(Result<keys::KnownSubscription>)> done) override;
  void grant(const Grant& grant, proof::RowDraft row, Changed done) override;
  void claim(const ByteArray<32>& session_sha256, const keys::KeyRecord& key, proof::RowDraft row,
             Changed done) override;
  void grant_free(const keys::Entitlement& entitlement, const keys::KeyRecord& key, std::uint32_t per_day,
                  proof::RowDraft row, Changed done) override;
  void decide(const Decision& decision, std::optional<proof::RowDraft> row, Changed done) override;

 private:
  Result<void> apply(const Decision& decision, bool visible);

  Writer& writer_;
  Readers& readers_;
  // The writer's thread only.
  EntitlementTable table_;
  KeyTable keys_;
};

}  // namespace cogos::store
