#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "keys/defence_observer.hpp"
#include "keys/key_store.hpp"
#include "keys/keyring.hpp"
#include "keys/operator_rows.hpp"
#include "keys/quarantine_evidence.hpp"

namespace cogos::keys {

/// Takes keys out of use that may have leaked, and gives them back. Thread-safe.
class Quarantine {
 public:
  /// All must outlive the store's last callback.
  struct Parts {
    Keyring& keyring;
    KeyStore& store;
    proof::AuditLog& log;
    const OperatorRows& rows;
    DefenceObserver& observer;
    const Clock& clock;
  };
  struct Case {
    std::string key_id;
    QuarantineEvidence evidence;
  };
  using Cleared = KeyStore::Changed;

  explicit Quarantine(const Parts& parts);

  /// Quarantines the keys, and those that a rotation made of them within the last minute: no request that
  /// looks its key up after this returns is let in by one of them. Keys that are unknown, revoked or
  /// quarantined already are left as they are. On disk soon after, each together with its rows in `_operator`
  /// and in the tenant's chain; where that fails the observer is told and memory keeps it.
  void impose(const std::vector<Case>& cases);

  /// The rows and the log of what impose() would have done; the keys stay in use. For one key no more often
  /// than each quarter of an hour.
  void alert(const std::vector<Case>& cases);

  /// Calls `done` once all that was imposed before this call is on disk or has failed to get there: at once
  /// or on a thread of the store's. It must not throw or wait.
  void when_settled(std::function<void(bool)> done);

  /// Gives the key back; `done` gets the head of the `_operator` row, on a thread of the store's. The route
  /// and the request are the operator's call. Fails with not_found or conflict. A key that falls under
  /// suspicion anew meanwhile stays where it is.
  void clear(const std::string& key_id, std::string route, const std::string& request_id, Cleared done);

  /// Told of each key before it is given back: what has happened up to then is not held against it. Set once,
  /// before the first request.
  void on_clear(std::function<void(const std::string&)> forgive) { forgive_ = std::move(forgive); }

  static constexpr std::chrono::seconds kRotatedWithin{60};
  static constexpr std::chrono::minutes kAlertEvery{15};
  static constexpr std::size_t kMaxWaitingAlerts = 64;

 private:
  using Evidence = std::shared_ptr<const QuarantineEvidence>;
  struct Waiter {
    std::uint64_t after;
    std::function<void(bool)> done;
  };

  void make_durable(const KeyringSnapshot::Key& key);
  void settle(std::uint64_t number);
  /// Whether the key was not reported for a while.
  [[nodiscard]] bool is_news(const std::string& key_id);
  void finish_clearing(const std::string& key_id, const Result<proof::ChainHead>& head);

  const Parts parts_;
  std::function<void(const std::string&)> forgive_;

  std::mutex order_;  // before mutex_: what is done to one key reaches the store in the same order
  std::mutex mutex_;  // guards what follows; not held while the store or a stranger is called
  std::uint64_t last_number_ = 0;
  std::set<std::uint64_t> unsettled_;
  std::vector<Waiter> waiters_;
  std::map<std::string, Evidence> clearing_;  // with what came up meanwhile
  std::map<std::string, std::chrono::steady_clock::time_point> alerted_;
  std::size_t waiting_alerts_ = 0;
};

}  // namespace cogos::keys
