#include "keys/quarantine.hpp"

#include <algorithm>

namespace cogos::keys {
namespace {

constexpr const char* kQuarantined = "key.quarantined";
constexpr const char* kSuspected = "key.quarantine_alert";
constexpr const char* kCleared = "key.quarantine_cleared";

/// What the customer may see of it.
OperatorRows::Detail shared_detail(const char* event, const KeyRecord& key,
                                   const QuarantineEvidence& evidence) {
  return {{"event", event},
          {"key_id", key.key_id},
          {"reason", "scanner_pattern"},
          {"pattern", evidence.pattern},
          {"order", evidence.key_first ? "key_first" : "pattern_first"},
          {"apart_ms", std::to_string(evidence.apart_ms)},
          {"scanner_hits", std::to_string(evidence.scanner_hits)},
          {"authentication_failures", std::to_string(evidence.authentication_failures)}};
}

OperatorRows::Detail operators_detail(const char* event, const KeyRecord& key,
                                      const QuarantineEvidence& evidence) {
  auto detail = shared_detail(event, key, evidence);
  detail.emplace("address", evidence.address);
  detail.emplace("tenant_id", key.tenant_id);
  detail.emplace("app_id", key.app_id);
  return detail;
}

/// Every key that is suspected, and whoever a rotation made of it just now: who has the one has the other.
std::map<std::string, std::shared_ptr<const QuarantineEvidence>> with_successors(
    const std::vector<Quarantine::Case>& cases, const KeyringSnapshot& keyring, TimePoint now) {
  std::map<std::string, std::shared_ptr<const QuarantineEvidence>> evidence;
  for (const auto& one : cases) {
    evidence.try_emplace(one.key_id, std::make_shared<const QuarantineEvidence>(one.evidence));
  }
  for (const auto& key : keyring.keys()) {  // in order of issue
    if (!key->rotated_from_key_id || key->issued_at + Quarantine::kRotatedWithin < now) continue;
    const auto former = evidence.find(*key->rotated_from_key_id);
    if (former != evidence.end()) evidence.try_emplace(key->key_id, former->second);
  }
  return evidence;
}

}  // namespace

Quarantine::Quarantine(const Parts& parts) : parts_(parts) {}

void Quarantine::impose(const std::vector<Case>& cases) {
  const std::lock_guard one_after_another(order_);
  const TimePoint now = parts_.clock.now();
  const auto evidence = with_successors(cases, *parts_.keyring.snapshot(), now);
  std::vector<std::string> ids;
  ids.reserve(evidence.size());
  for (const auto& [id, why] : evidence) ids.push_back(id);
  std::vector<KeyringSnapshot::Key> imposed;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, anew] : clearing_) {
      if (const auto found = evidence.find(id); found != evidence.end()) anew = found->second;
    }
    imposed = parts_.keyring.change_all(ids, [&](KeyRecord& key) {
      if (key.revoked_at || key.quarantined_at) return false;
      key.quarantined_at = now;
      key.quarantine_evidence = evidence.at(key.key_id);
      return true;
    });
  }
  for (const auto& key : imposed) make_durable(key);
}

void Quarantine::make_durable(const KeyringSnapshot::Key& key) {
  const QuarantineEvidence& evidence = *key->quarantine_evidence;
  parts_.observer.quarantined(key->key_id, evidence.address, evidence.pattern);
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++last_number_;
    unsettled_.insert(number);
  }
  parts_.store.quarantine(
      *key, parts_.rows.event(kQuarantined, operators_detail(kQuarantined, *key, evidence)),
      parts_.rows.customer_event(*key, kQuarantined, shared_detail(kQuarantined, *key, evidence)),
      [this, number](const Result<proof::ChainHead>& head) {
        if (!head) parts_.observer.not_recorded(kQuarantined, head.error());
        settle(number);
      });
}

void Quarantine::settle(std::uint64_t number) {
  std::vector<Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    unsettled_.erase(number);
    const auto first = std::partition(waiters_.begin(), waiters_.end(), [this](const Waiter& waiter) {
      return !unsettled_.empty() && *unsettled_.begin() <= waiter.after;
    });
    ready.assign(std::make_move_iterator(first), std::make_move_iterator(waiters_.end()));
    waiters_.erase(first, waiters_.end());
  }
  for (Waiter& waiter : ready) waiter.done(true);
}

void Quarantine::when_settled(std::function<void(bool)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!unsettled_.empty()) {
      waiters_.push_back({last_number_, std::move(done)});
      return;
    }
  }
  done(true);
}

bool Quarantine::is_news(const std::string& key_id) {
  const auto now = parts_.clock.monotonic();
  const std::lock_guard lock(mutex_);
  std::erase_if(alerted_, [now](const auto& entry) { return entry.second + kAlertEvery <= now; });
  return alerted_.try_emplace(key_id, now).second;
}

void Quarantine::alert(const std::vector<Case>& cases) {
  const auto snapshot = parts_.keyring.snapshot();
  for (const Case& one : cases) {
    const auto key = snapshot->by_id(one.key_id);
    if (!key || key->revoked_at || key->quarantined_at || !is_news(one.key_id)) continue;
    parts_.observer.suspected(key->key_id, one.evidence.address, one.evidence.pattern);
    {
      const std::lock_guard lock(mutex_);
      if (waiting_alerts_ >= kMaxWaitingAlerts) {
        parts_.observer.not_recorded(kSuspected, {ErrorCode::overloaded, "too many rows wait for the disk"});
        continue;
      }
      waiting_alerts_ += 2;
    }
    const auto done = [this](const Result<proof::ChainHead>& head) {
      if (!head) parts_.observer.not_recorded(kSuspected, head.error());
      const std::lock_guard lock(mutex_);
      --waiting_alerts_;
    };
    parts_.log.append(parts_.rows.event(kSuspected, operators_detail(kSuspected, *key, one.evidence)), done);
    parts_.log.append(
        parts_.rows.customer_event(*key, kSuspected, shared_detail(kSuspected, *key, one.evidence)), done);
  }
}

void Quarantine::clear(const std::string& key_id, std::string route, const std::string& request_id,
                       Cleared done) {
  const std::lock_guard one_after_another(order_);
  const auto key = parts_.keyring.snapshot()->by_id(key_id);
  if (!key) return done(Error(ErrorCode::not_found, "no key has this id; GET /admin/keys lists all"));
  if (standing(*key, parts_.clock.now()) != Standing::quarantined) {
    return done(Error(ErrorCode::conflict, "this key is not quarantined"));
  }
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = clearing_.try_emplace(key_id).second;
  }
  if (!first) return done(Error(ErrorCode::conflict, "this key's quarantine is being cleared already"));
  if (forgive_) forgive_(key_id);
  OperatorRows::Detail detail{{"event", kCleared}, {"key_id", key_id}};
  proof::RowDraft for_customer = parts_.rows.customer_event(*key, kCleared, detail);
  detail.emplace("tenant_id", key->tenant_id);
  detail.emplace("app_id", key->app_id);
  parts_.store.clear_quarantine(
      key_id, parts_.rows.change("POST", std::move(route), 200, request_id, std::move(detail)),
      std::move(for_customer), [this, key_id, done = std::move(done)](Result<proof::ChainHead> head) {
        finish_clearing(key_id, head);
        done(std::move(head));
      });
}

void Quarantine::finish_clearing(const std::string& key_id, const Result<proof::ChainHead>& head) {
  Evidence anew;
  std::vector<KeyringSnapshot::Key> changed;
  {
    const std::lock_guard lock(mutex_);
    anew = clearing_.extract(key_id).mapped();
    if (!head) return;
    changed = parts_.keyring.change_all({key_id}, [&](KeyRecord& key) {
      key.quarantine_evidence = anew;
      key.quarantined_at = anew ? std::optional(parts_.clock.now()) : std::nullopt;
      return true;
    });
  }
  if (anew && !changed.empty()) make_durable(changed.front());
}

}  // namespace cogos::keys
