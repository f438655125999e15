#pragma once

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "keys/key_store.hpp"

namespace cogos::test {

/// A key store that keeps what it was given and answers at once, or when told to. Its rows are in the log.
class MemoryKeyStore final : public keys::KeyStore {
 public:
  explicit MemoryKeyStore(proof::AuditLog& log) : log_(log) {}

  std::vector<keys::KeyRecord> load_keys() override { return {}; }
  std::vector<keys::Package> load_packages() override { return {}; }
  void insert(const keys::KeyRecord&, proof::RowDraft row, Changed done) override {
    log_.append(std::move(row), std::move(done));
  }
  void update(const keys::KeyRecord&, proof::RowDraft row, Changed done) override {
    log_.append(std::move(row), std::move(done));
  }
  void quarantine(const keys::KeyRecord& record, proof::RowDraft row, proof::RowDraft customer_row,
                  Changed done) override {
    {
      const std::lock_guard lock(mutex_);
      quarantined.push_back(record.key_id);
    }
    both(std::move(row), std::move(customer_row), std::move(done));
  }
  void clear_quarantine(const std::string& key_id, proof::RowDraft row, proof::RowDraft customer_row,
                        Changed done) override {
    {
      const std::lock_guard lock(mutex_);
      cleared.push_back(key_id);
    }
    both(std::move(row), std::move(customer_row), std::move(done));
  }

  /// From now on changes wait until let_go(), as for a disk.
  void hold() { held_.emplace(); }
  void let_go() {
    auto held = std::exchange(held_, std::nullopt);
    for (auto& one : held.value()) one();
  }

  std::vector<std::string> quarantined;
  std::vector<std::string> cleared;

 private:
  void both(proof::RowDraft row, proof::RowDraft customer_row, Changed done) {
    auto shared = std::make_shared<std::pair<proof::RowDraft, proof::RowDraft>>(std::move(row),
                                                                                std::move(customer_row));
    auto write = [this, shared, done = std::move(done)]() mutable {
      log_.append(std::move(shared->second), [](const Result<proof::ChainHead>&) {});
      log_.append(std::move(shared->first), std::move(done));
    };
    if (held_) {
      held_->push_back(std::move(write));
    } else {
      write();
    }
  }

  proof::AuditLog& log_;
  std::mutex mutex_;
  std::optional<std::vector<std::function<void()>>> held_;
};

}  // namespace cogos::test
