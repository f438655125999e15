#include "keys/keyring.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "crypto/secret.hpp"

namespace cogos::keys {
namespace {

auto find(std::vector<KeyringSnapshot::Key>& keys, std::string_view key_id) {
  return std::find_if(keys.begin(), keys.end(),
                      [key_id](const KeyringSnapshot::Key& key) { return key->key_id == key_id; });
}

}  // namespace

std::size_t KeyringSnapshot::HashOfHash::operator()(const ByteArray<32>& sha256) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, sha256.data(), sizeof value);
  return value;
}

KeyringSnapshot::KeyringSnapshot(std::vector<Key> keys, std::vector<Package> packages)
    : keys_(std::move(keys)), packages_(std::move(packages)) {
  for (const Key& key : keys_) {
    by_id_.emplace(key->key_id, key);
    if (key->bearer_sha256) by_hash_.emplace(*key->bearer_sha256, key);
  }
  if (std::none_of(packages_.begin(), packages_.end(), [](const Package& p) { return p.is_default; })) {
    throw std::runtime_error("the store has no default package");
  }
}

KeyringSnapshot::Key KeyringSnapshot::by_bearer_hash(const ByteArray<32>& sha256) const {
  const auto found = by_hash_.find(sha256);
  if (found == by_hash_.end()) return nullptr;
  return crypto::equal_secrets(*found->second->bearer_sha256, sha256) ? found->second : nullptr;
}

KeyringSnapshot::Key KeyringSnapshot::by_id(std::string_view key_id) const {
  const auto found = by_id_.find(key_id);
  return found == by_id_.end() ? nullptr : found->second;
}

const Package* KeyringSnapshot::package(std::string_view id) const noexcept {
  const auto found =
      std::find_if(packages_.begin(), packages_.end(), [id](const Package& p) { return p.id == id; });
  return found == packages_.end() ? nullptr : &*found;
}

const Package& KeyringSnapshot::default_package() const noexcept {
  return *std::find_if(packages_.begin(), packages_.end(), [](const Package& p) { return p.is_default; });
}

const Package& KeyringSnapshot::package_of(const KeyRecord& key) const noexcept {
  const Package* own = package(key.package_id);
  return own != nullptr ? *own : default_package();
}

Keyring::Keyring(std::vector<KeyRecord> keys, std::vector<Package> packages) {
  std::vector<KeyringSnapshot::Key> shared;
  shared.reserve(keys.size());
  for (KeyRecord& key : keys) shared.push_back(std::make_shared<const KeyRecord>(std::move(key)));
  current_ = std::make_shared<const KeyringSnapshot>(std::move(shared), std::move(packages));
}

std::shared_ptr<const KeyringSnapshot> Keyring::snapshot() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Keyring::put(KeyRecord record) {
  auto shared = std::make_shared<const KeyRecord>(std::move(record));
  const std::lock_guard lock(mutex_);
  Keys keys = current_->keys();
  const auto place = find(keys, shared->key_id);
  if (place == keys.end()) {
    keys.push_back(std::move(shared));
  } else {
    *place = std::move(shared);
  }
  swap_in(std::move(keys));
}

bool Keyring::rotate(const RotationChange& change) {
  KeyRecord fresh = change.fresh;
  const std::lock_guard lock(mutex_);
  Keys keys = current_->keys();
  bool good = false;
  replace(keys, *fresh.rotated_from_key_id, [&](KeyRecord& old) {
    good = !old.revoked_at && !old.quarantined_at && !old.suspended_at;
    old.rotation_grace_until = change.grace_until;
  });
  const auto revoke = [&change](KeyRecord& key) { key.revoked_at = key.revoked_at.value_or(change.at); };
  if (change.replaced) replace(keys, change.replaced->key_id, revoke);
  if (!good) revoke(fresh);
  keys.push_back(std::make_shared<const KeyRecord>(std::move(fresh)));
  swap_in(std::move(keys));
  return good;
}

void Keyring::replace(Keys& keys, std::string_view key_id, const std::function<void(KeyRecord&)>& change) {
  const auto place = find(keys, key_id);
  if (place == keys.end()) return;
  KeyRecord changed = **place;
  change(changed);
  *place = std::make_shared<const KeyRecord>(std::move(changed));
}

void Keyring::swap_in(Keys keys) {
  current_ = std::make_shared<const KeyringSnapshot>(std::move(keys), current_->packages());
}

std::vector<KeyringSnapshot::Key> Keyring::change_all(const std::vector<std::string>& ids,
                                                      const std::function<bool(KeyRecord&)>& change) {
  const std::lock_guard lock(mutex_);
  std::vector<KeyringSnapshot::Key> changed;
  for (const std::string& id : ids) {
    const auto key = current_->by_id(id);
    if (!key) continue;
    KeyRecord record = *key;
    if (change(record)) changed.push_back(std::make_shared<const KeyRecord>(std::move(record)));
  }
  if (changed.empty()) return changed;
  std::unordered_map<std::string_view, KeyringSnapshot::Key> by_id;
  for (const auto& key : changed) by_id.emplace(key->key_id, key);
  Keys keys = current_->keys();
  for (auto& key : keys) {
    if (const auto found = by_id.find(key->key_id); found != by_id.end()) key = found->second;
  }
  swap_in(std::move(keys));
  return changed;
}

void Keyring::suspend(std::string_view tenant_id, std::optional<TimePoint> at) {
  const std::lock_guard lock(mutex_);
  Keys keys = current_->keys();
  for (auto& key : keys) {
    if (key->tenant_id != tenant_id || key->suspended_at.has_value() == at.has_value()) continue;
    KeyRecord changed = *key;
    changed.suspended_at = at;
    key = std::make_shared<const KeyRecord>(std::move(changed));
  }
  swap_in(std::move(keys));
}

void Keyring::put_packages(std::vector<Package> packages) {
  const std::lock_guard lock(mutex_);
  current_ = std::make_shared<const KeyringSnapshot>(current_->keys(), std::move(packages));
}

}  // namespace cogos::keys
