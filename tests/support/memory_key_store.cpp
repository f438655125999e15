#include "support/memory_key_store.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace cogos::test {

std::vector<keys::KeyRecord> MemoryKeyStore::load_keys() {
  const std::lock_guard lock(mutex_);
  return records_;
}

void MemoryKeyStore::insert(const keys::KeyRecord& record, proof::RowDraft row, Changed done) {
  {
    const std::lock_guard lock(mutex_);
    records_.push_back(record);
  }
  log_.append(std::move(row), std::move(done));
}

void MemoryKeyStore::update(const keys::KeyRecord& record, proof::RowDraft row, Changed done) {
  {
    const std::lock_guard lock(mutex_);
    for (keys::KeyRecord& known : records_) {
      if (known.key_id != record.key_id) continue;
      known.revoked_at = known.revoked_at ? known.revoked_at : record.revoked_at;
    }
  }
  log_.append(std::move(row), std::move(done));
}

void MemoryKeyStore::quarantine(const keys::KeyRecord& record, proof::RowDraft row,
                                proof::RowDraft customer_row, Changed done) {
  {
    const std::lock_guard lock(mutex_);
    quarantined.push_back(record.key_id);
  }
  both(std::move(row), std::move(customer_row), std::move(done));
}

void MemoryKeyStore::clear_quarantine(const std::string& key_id, proof::RowDraft row,
                                      proof::RowDraft customer_row, Changed done) {
  {
    const std::lock_guard lock(mutex_);
    cleared.push_back(key_id);
  }
  both(std::move(row), std::move(customer_row), std::move(done));
}

void MemoryKeyStore::both(proof::RowDraft row, proof::RowDraft customer_row, Changed done) {
  auto rows =
      std::make_shared<std::pair<proof::RowDraft, proof::RowDraft>>(std::move(row), std::move(customer_row));
  auto write = [this, rows, done = std::move(done)]() mutable {
    log_.append(std::move(rows->second), [](const Result<proof::ChainHead>&) {});
    log_.append(std::move(rows->first), std::move(done));
  };
  if (held_) {
    held_->push_back(std::move(write));
  } else {
    write();
  }
}

void MemoryKeyStore::let_go() {
  auto held = std::exchange(held_, std::nullopt);
  for (auto& one : held.value()) one();
}

bool MemoryKeyStore::may_rotate(const keys::RotationChange& change) const {
  const std::string& old = *change.fresh.rotated_from_key_id;
  const auto newest = std::find_if(records_.rbegin(), records_.rend(), [&old](const keys::KeyRecord& key) {
    return key.rotated_from_key_id == old;
  });
  if ((newest != records_.rend()) != (change.replaced != nullptr)) return false;
  return !change.replaced ||
         (change.replaced->key_id == newest->key_id && change.replaced->first_use->replace());
}

void MemoryKeyStore::rotate(const keys::RotationChange& change, proof::RowDraft row, Changed done) {
  std::function<void()> meanwhile;
  {
    const std::lock_guard lock(mutex_);
    meanwhile.swap(before_rotation);
  }
  if (meanwhile) meanwhile();  // outside of the lock: it may change this store
  // One after another to the end, as the store's one writer does it.
  const std::lock_guard lock(mutex_);
  if (!may_rotate(change)) return done(Error(ErrorCode::conflict, "changed meanwhile"));
  records_.push_back(change.fresh);
  log_.append(std::move(row), std::move(done));
}

void MemoryKeyStore::mark_used(const std::string& key_id, TimePoint at, std::function<void(bool)> done) {
  if (marks_fail_) return done(false);
  {
    const std::lock_guard lock(mutex_);
    marks_.emplace(key_id, at);
  }
  done(true);
}

std::multimap<std::string, TimePoint> MemoryKeyStore::marks() const {
  const std::lock_guard lock(mutex_);
  return marks_;
}

}  // namespace cogos::test
