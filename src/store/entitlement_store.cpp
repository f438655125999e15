#include "store/entitlement_store.hpp"

#include <chrono>

#include "store/read_on.hpp"

namespace cogos::store {
namespace {

constexpr std::chrono::hours kDay{24};

Error changed_meanwhile() {
  return {ErrorCode::conflict, "This was changed by another request meanwhile."};
}

Error day_is_used_up(TimePoint oldest, TimePoint now) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(oldest + kDay - now);
  return Error(ErrorCode::rate_limit_exceeded,
               "as many keys as are given out without payment in a day have been given out; try again later")
      .with_retry_after(static_cast<std::uint32_t>(std::max<std::int64_t>(wait.count(), 1)));
}

}  // namespace

void EntitlementStore::find(const ByteArray<32>& session_sha256,
                            std::function<void(Result<std::optional<keys::Entitlement>>)> done) {
  read_on<std::optional<keys::Entitlement>>(readers_, std::move(done), [session_sha256](Database& db) {
    return read_entitlement(db, session_sha256);
  });
}

void EntitlementStore::find_subscription(const std::string& id, const std::string& event_id,
                                         std::function<void(Result<keys::KnownSubscription>)> done) {
  read_on<keys::KnownSubscription>(readers_, std::move(done), [id, event_id](Database& db) {
    return read_subscription(db, id, event_id);
  });
}

void EntitlementStore::grant(const Grant& grant, proof::RowDraft row, Changed done) {
  auto mutation = [this, grant](const proof::ChainHead&) -> Result<void> {
    if (grant.event_id) table_.note(*grant.event_id, grant.entitlement.granted_at);
    table_.insert(grant.entitlement);
    if (!grant.entitlement.subscription_id) return {};
    const std::string& id = *grant.entitlement.subscription_id;
    const auto known = table_.subscription(id, {}).subscription;
    // What was reported of it later stands, and an end always does.
    const bool stands =
        known && (known->state == keys::Subscription::State::ended || known->decided_at > grant.good_since);
    if (!stands) table_.put({id, keys::Subscription::State::good, grant.good_since});
    return {};
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

void EntitlementStore::claim(const ByteArray<32>& session_sha256, const keys::KeyRecord& key,
                             proof::RowDraft row, Changed done) {
  auto mutation = [this, session_sha256, key](const proof::ChainHead&) -> Result<void> {
    if (!table_.claim(session_sha256, key.key_id)) return changed_meanwhile();
    keys_.insert(key);
    return {};
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

void EntitlementStore::grant_free(const keys::Entitlement& entitlement, const keys::KeyRecord& key,
                                  std::uint32_t per_day, proof::RowDraft row, Changed done) {
  auto mutation = [this, entitlement, key, per_day](const proof::ChainHead&) -> Result<void> {
    const auto [count, oldest] = table_.free_since(entitlement.granted_at - kDay);
    if (count >= per_day) return day_is_used_up(oldest, entitlement.granted_at);
    table_.insert(entitlement);
    keys_.insert(key);
    return {};
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

Result<void> EntitlementStore::apply(const Decision& decision, bool visible) {
  const keys::KnownSubscription known = table_.subscription(decision.after.id, decision.event_id);
  const keys::KnownSubscription& before = decision.before;
  if (known.event_known || known.subscription != before.subscription || known.tenant_id != before.tenant_id) {
    return changed_meanwhile();
  }
  table_.note(decision.event_id, decision.at);
  table_.put(decision.after);
  if (!visible || !known.tenant_id) return {};
  const bool good = decision.after.state == keys::Subscription::State::good;
  keys_.suspend(*known.tenant_id, good ? std::nullopt : std::optional(decision.at));
  return {};
}

void EntitlementStore::decide(const Decision& decision, std::optional<proof::RowDraft> row, Changed done) {
  const bool visible = row.has_value();
  auto mutation = [this, decision, visible](const proof::ChainHead&) { return apply(decision, visible); };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

}  // namespace cogos::store
