#pragma once

#include <functional>
#include <optional>
#include <string>

#include "keys/entitlement.hpp"
#include "keys/key_record.hpp"
#include "proof/audit_log.hpp"

namespace cogos::keys {

/// Durable entitlements and subscriptions. Each change is one transaction with the `_operator` row that
/// reports it. Thread-safe; callbacks run on a thread of the store's own, those of changes in the order of
/// the commits. All may fail with overloaded or audit_unavailable.
class EntitlementStore {
 public:
  using Changed = proof::AuditLog::Appended;

  EntitlementStore() = default;
  EntitlementStore(const EntitlementStore&) = delete;
  EntitlementStore& operator=(const EntitlementStore&) = delete;
  virtual ~EntitlementStore() = default;

  /// That of the checkout session with this hash; nothing where there is none.
  virtual void find(const ByteArray<32>& session_sha256,
                    std::function<void(Result<std::optional<Entitlement>>)> done) = 0;
  virtual void find_subscription(const std::string& id, const std::string& event_id,
                                 std::function<void(Result<KnownSubscription>)> done) = 0;

  /// A checkout that was paid. `good_since` is when that was so, for the order of the reports about its
  /// subscription (Unix seconds). Fails with conflict where the session, the tenant or the event, where one
  /// is given, is known already.
  struct Grant {
    Entitlement entitlement;
    std::int64_t good_since = 0;
    std::optional<std::string> event_id;
  };
  virtual void grant(const Grant& grant, proof::RowDraft row, Changed done) = 0;

  /// The key of an entitlement. Fails with conflict where there is no such session, its key was made before,
  /// or it is suspended: of any number of claims at once one succeeds.
  virtual void claim(const ByteArray<32>& session_sha256, const KeyRecord& key, proof::RowDraft row,
                     Changed done) = 0;

  /// An entitlement without payment and its key at once. Fails with rate_limit_exceeded where `per_day` of
  /// them were granted within the 24 hours before it.
  virtual void grant_free(const Entitlement& entitlement, const KeyRecord& key, std::uint32_t per_day,
                          proof::RowDraft row, Changed done) = 0;

  /// What a report makes of a subscription that was found as `before`.
  struct Decision {
    KnownSubscription before;
    Subscription after;
    std::string event_id;
    TimePoint at;
  };
  /// With a row the tenant's keys are suspended or given back; without one that stays as it is. Fails with
  /// conflict where the store knows it differently by now.
  virtual void decide(const Decision& decision, std::optional<proof::RowDraft> row, Changed done) = 0;
};

}  // namespace cogos::keys
