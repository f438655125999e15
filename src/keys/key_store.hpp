#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "keys/key_record.hpp"
#include "keys/package.hpp"
#include "keys/rotation_change.hpp"
#include "proof/audit_log.hpp"

namespace cogos::keys {

/// Where it is kept that a key which came from a rotation was used. Thread-safe.
class FirstUseLog {
 public:
  FirstUseLog() = default;
  FirstUseLog(const FirstUseLog&) = delete;
  FirstUseLog& operator=(const FirstUseLog&) = delete;
  virtual ~FirstUseLog() = default;

  /// Without a row; a time that is there already stays. `done` runs on a thread of the store's own, or at
  /// once where the store takes nothing.
  virtual void mark_used(const std::string& key_id, TimePoint at, std::function<void(bool durable)> done) = 0;
};

/// Durable keys and packages. Each change is one transaction with the audit row that reports it: both are on
/// disk or neither. Thread-safe; `done` runs on a thread of the store's own.
class KeyStore : public FirstUseLog {
 public:
  using Changed = proof::AuditLog::Appended;

  /// Everything there is, revoked keys included. Blocking; for start-up.
  [[nodiscard]] virtual std::vector<KeyRecord> load_keys() = 0;
  [[nodiscard]] virtual std::vector<Package> load_packages() = 0;

  /// Fails with conflict where the id, the bearer hash or the signing key exists already.
  virtual void insert(const KeyRecord& record, proof::RowDraft row, Changed done) = 0;
  /// Writes the changed times of a record (revoked, grace); fails with not_found. What the store has of them
  /// and of a quarantine and the record does not stays: a change made from an older record undoes nothing.
  virtual void update(const KeyRecord& record, proof::RowDraft row, Changed done) = 0;

  /// Writes the record's quarantine with its evidence, together with both rows, the system's and the
  /// customer's; `done` gets the head of `row`. Never refused for the length of the queue: there is one for a
  /// key at most, and what is in force already must get to the disk.
  virtual void quarantine(const KeyRecord& record, proof::RowDraft row, proof::RowDraft customer_row,
                          Changed done) = 0;
  /// Ends a quarantine, in the same way; fails with not_found.
  virtual void clear_quarantine(const std::string& key_id, proof::RowDraft row, proof::RowDraft customer_row,
                                Changed done) = 0;

  /// All of a rotation: the new key, the old one's grace, the end of the one that is replaced. Fails with
  /// conflict where the old key was revoked, quarantined, suspended or rotated meanwhile, or the replaced one
  /// used, and as insert() does. Of concurrent rotations that were planned from the same state one succeeds.
  virtual void rotate(const RotationChange& change, proof::RowDraft row, Changed done) = 0;
};

/// The AES-256-GCM check value by which a wrong DEK is recognised at start.
class DekCheckStore {
 public:
  DekCheckStore() = default;
  DekCheckStore(const DekCheckStore&) = delete;
  DekCheckStore& operator=(const DekCheckStore&) = delete;
  virtual ~DekCheckStore() = default;
  [[nodiscard]] virtual std::optional<SealedHmacSecret> load_dek_check() = 0;
  virtual void save_dek_check(const SealedHmacSecret& check) = 0;
};

}  // namespace cogos::keys
