#include "store/entitlement_table.hpp"

#include <chrono>

namespace cogos::store {
namespace {

using State = keys::Subscription::State;

constexpr std::chrono::days kKeepReports{30};

std::string_view to_text(State state) {
  switch (state) {
    case State::good:
      return "good";
    case State::unpaid:
      return "unpaid";
    case State::ended:
      break;
  }
  return "ended";
}

State state_from(std::string_view text) {
  for (const State state : {State::good, State::unpaid, State::ended}) {
    if (text == to_text(state)) return state;
  }
  throw StoreError("the stored state of a subscription is not one that this build knows");
}

constexpr const char* kClaim =
    "UPDATE entitlements SET key_id = ?2 WHERE session_sha256 = ?1 AND key_id IS NULL AND NOT EXISTS (SELECT "
    "1 "
    "FROM subscriptions WHERE subscriptions.subscription_id = entitlements.subscription_id AND state <> "
    "'good')";
constexpr const char* kFree =
    "SELECT count(*), coalesce(min(granted_at_ms), 0) FROM entitlements WHERE session_sha256 IS NULL AND "
    "granted_at_ms > ?";
constexpr const char* kTrimEvents =
    "DELETE FROM payment_events WHERE received_at_ms < ? AND id < (SELECT min(id) + 8 FROM payment_events)";
constexpr const char* kSelectEntitlements =
    "SELECT tenant_id, package_id, session_sha256, entitlements.subscription_id, granted_at_ms, key_id, "
    "coalesce(state <> 'good', 0) FROM entitlements LEFT JOIN subscriptions ON subscriptions.subscription_id "
    "= "
    "entitlements.subscription_id WHERE session_sha256 = ?";
constexpr const char* kSelectSubscription =
    "SELECT (SELECT state FROM subscriptions WHERE subscription_id = ?1), (SELECT decided_at_s FROM "
    "subscriptions WHERE subscription_id = ?1), (SELECT tenant_id FROM entitlements WHERE subscription_id = "
    "?1), EXISTS (SELECT 1 FROM payment_events WHERE event_id = ?2)";

}  // namespace

EntitlementTable::EntitlementTable(Database& db)
    : db_(db),
      insert_(db.prepare("INSERT INTO entitlements (tenant_id, package_id, session_sha256, subscription_id, "
                         "granted_at_ms, key_id) VALUES (?,?,?,?,?,?)")),
      claim_(db.prepare(kClaim)),
      free_(db.prepare(kFree)),
      put_(db.prepare("INSERT OR REPLACE INTO subscriptions (subscription_id, state, decided_at_s) VALUES "
                      "(?,?,?)")),
      note_(db.prepare("INSERT INTO payment_events (event_id, received_at_ms) VALUES (?,?)")),
      trim_(db.prepare(kTrimEvents)) {}

void EntitlementTable::insert(const keys::Entitlement& entitlement) {
  insert_.run(entitlement.tenant_id, entitlement.package_id, entitlement.session_sha256,
              entitlement.subscription_id, entitlement.granted_at, entitlement.key_id);
}

bool EntitlementTable::claim(const ByteArray<32>& session_sha256, std::string_view key_id) {
  return claim_.run(session_sha256, key_id) > 0;
}

std::pair<std::uint64_t, TimePoint> EntitlementTable::free_since(TimePoint moment) {
  Cursor row = free_.query(moment);
  row.step();
  return {row.count(0), row.time(1)};
}

keys::KnownSubscription EntitlementTable::subscription(std::string_view id, std::string_view event_id) {
  return read_subscription(db_, id, event_id);
}

void EntitlementTable::put(const keys::Subscription& subscription) {
  put_.run(subscription.id, to_text(subscription.state), subscription.decided_at);
}

void EntitlementTable::note(std::string_view event_id, TimePoint at) {
  note_.run(event_id, at);
  trim_.run(at - kKeepReports);
}

std::optional<keys::Entitlement> read_entitlement(Database& db, const ByteArray<32>& session_sha256) {
  Statement select = db.prepare(kSelectEntitlements);
  Cursor row = select.query(session_sha256);
  if (!row.step()) return std::nullopt;
  keys::Entitlement entitlement;
  entitlement.tenant_id = row.text(0);
  entitlement.package_id = row.text(1);
  entitlement.session_sha256 = session_sha256;
  entitlement.subscription_id = row.text_or_null(3);
  entitlement.granted_at = row.time(4);
  entitlement.key_id = row.text_or_null(5);
  entitlement.suspended = row.integer(6) != 0;
  return entitlement;
}

keys::KnownSubscription read_subscription(Database& db, std::string_view id, std::string_view event_id) {
  Statement select = db.prepare(kSelectSubscription);
  Cursor row = select.query(id, event_id);
  row.step();
  keys::KnownSubscription known;
  if (!row.is_null(0)) {
    known.subscription = keys::Subscription{std::string(id), state_from(row.text(0)), row.integer(1)};
  }
  known.tenant_id = row.text_or_null(2);
  known.event_known = row.integer(3) != 0;
  return known;
}

}  // namespace cogos::store
