#pragma once

#include <string_view>
#include <utility>

#include "keys/entitlement.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// The statements that change entitlements and subscriptions; they belong to the writer's connection.
class EntitlementTable {
 public:
  explicit EntitlementTable(Database& db);

  /// Throws StoreError; a constraint where the tenant, session, subscription or key has one.
  void insert(const keys::Entitlement& entitlement);
  /// False where there is no such session, its key was made before, or its subscription is not good.
  bool claim(const ByteArray<32>& session_sha256, std::string_view key_id);
  /// How many were granted without payment after that moment, and when the first of them was.
  std::pair<std::uint64_t, TimePoint> free_since(TimePoint moment);

  keys::KnownSubscription subscription(std::string_view id, std::string_view event_id);
  void put(const keys::Subscription& subscription);
  /// A report that has come. Throws StoreError; a constraint where it has come before. Those of a month ago
  /// go, a few at a time: the provider sends none again that late.
  void note(std::string_view event_id, TimePoint at);

 private:
  Database& db_;
  Statement insert_;
  Statement claim_;
  Statement free_;
  Statement put_;
  Statement note_;
  Statement trim_;
};

[[nodiscard]] std::optional<keys::Entitlement> read_entitlement(Database& db,
                                                                const ByteArray<32>& session_sha256);
[[nodiscard]] keys::KnownSubscription read_subscription(Database& db, std::string_view id,
                                                        std::string_view event_id);

}  // namespace cogos::store
