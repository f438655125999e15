#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "keys/key_store.hpp"

namespace cogos::test {

/// Keys in memory, with the store's rules for rotations. It answers at once, or when told to, with the
/// outcome of the row's append to the log. Thread-safe.
class MemoryKeyStore final : public keys::KeyStore {
 public:
  explicit MemoryKeyStore(proof::AuditLog& log) : log_(log) {}

  std::vector<keys::KeyRecord> load_keys() override;
  std::vector<keys::Package> load_packages() override { return keys::seed_packages(); }
  void insert(const keys::KeyRecord& record, proof::RowDraft row, Changed done) override;
  void update(const keys::KeyRecord& record, proof::RowDraft row, Changed done) override;
  void quarantine(const keys::KeyRecord& record, proof::RowDraft row, proof::RowDraft customer_row,
                  Changed done) override;
  void clear_quarantine(const std::string& key_id, proof::RowDraft row, proof::RowDraft customer_row,
                        Changed done) override;
  void rotate(const keys::RotationChange& change, proof::RowDraft row, Changed done) override;
  void mark_used(const std::string& key_id, TimePoint at, std::function<void(bool)> done) override;

  /// From now on quarantines and their ends wait until let_go(), as for a disk.
  void hold() { held_.emplace(); }
  void let_go();

  /// By key: when each was marked as used.
  [[nodiscard]] std::multimap<std::string, TimePoint> marks() const;
  void let_marks_fail(bool fail) { marks_fail_ = fail; }

  std::vector<std::string> quarantined;
  std::vector<std::string> cleared;
  /// Called at the next rotation before anything of it: for what happens meanwhile.
  std::function<void()> before_rotation;

 private:
  [[nodiscard]] bool may_rotate(const keys::RotationChange& change) const;
  void both(proof::RowDraft row, proof::RowDraft customer_row, Changed done);

  proof::AuditLog& log_;
  bool marks_fail_ = false;
  mutable std::mutex mutex_;
  std::vector<keys::KeyRecord> records_;
  std::multimap<std::string, TimePoint> marks_;
  std::optional<std::vector<std::function<void()>>> held_;
};

}  // namespace cogos::test
