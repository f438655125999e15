#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "keys/key_record.hpp"
#include "keys/package.hpp"
#include "keys/rotation_change.hpp"

namespace cogos::keys {

/// What the server knows of keys and packages at one moment. Immutable.
class KeyringSnapshot {
 public:
  using Key = std::shared_ptr<const KeyRecord>;

  KeyringSnapshot(std::vector<Key> keys, std::vector<Package> packages);

  /// Null where unknown. The table is keyed by a hash of a secret with 128 bits of its own, so the look-up's
  /// time tells nothing about any key; the full hash is compared in constant time all the same.
  [[nodiscard]] Key by_bearer_hash(const ByteArray<32>& sha256) const;
  [[nodiscard]] Key by_id(std::string_view key_id) const;
  /// In order of issue.
  [[nodiscard]] const std::vector<Key>& keys() const noexcept { return keys_; }
  /// Null where unknown.
  [[nodiscard]] const Package* package(std::string_view id) const noexcept;
  [[nodiscard]] const Package& default_package() const noexcept;
  /// The package that `key` is counted against: its own, or the default one where that is gone.
  [[nodiscard]] const Package& package_of(const KeyRecord& key) const noexcept;
  [[nodiscard]] const std::vector<Package>& packages() const noexcept { return packages_; }

 private:
  struct HashOfHash {
    std::size_t operator()(const ByteArray<32>& sha256) const noexcept;
  };

  std::vector<Key> keys_;
  std::vector<Package> packages_;
  std::unordered_map<ByteArray<32>, Key, HashOfHash> by_hash_;
  std::unordered_map<std::string_view, Key> by_id_;  // views into the records
};

/// The current snapshot, swapped as a whole: a request that has taken one sees no change under its feet, and
/// a change is seen by every request that starts after it. Thread-safe. A change costs O(number of keys).
class Keyring {
 public:
  Keyring(std::vector<KeyRecord> keys, std::vector<Package> packages);

  [[nodiscard]] std::shared_ptr<const KeyringSnapshot> snapshot() const;
  /// Adds a record or replaces the one with its id. Only after the store has it durably.
  void put(KeyRecord record);
  /// Applies `change` to the records with these ids as they are now, in one swap; `change` says whether it
  /// made one. Gives the records that it changed. Here memory comes before the store: for what must be in
  /// force at once.
  std::vector<KeyringSnapshot::Key> change_all(const std::vector<std::string>& ids,
                                               const std::function<bool(KeyRecord&)>& change);
  /// The same for one record, changed whatever it is.
  void change(const std::string& key_id, const std::function<void(KeyRecord&)>& change) {
    change_all({key_id}, [&change](KeyRecord& key) {
      change(key);
      return true;
    });
  }
  /// Suspends the tenant's keys as of `at`, or with nothing gives them back. Only after the store has it.
  void suspend(std::string_view tenant_id, std::optional<TimePoint> at);
  /// A rotation that the store has made, all of it at once. False where the old key was revoked, quarantined
  /// or suspended since the rotation was planned: then the new key comes in as a revoked one.
  [[nodiscard]] bool rotate(const RotationChange& change);
  /// All packages, in place of those before. Only after the store has them durably.
  void put_packages(std::vector<Package> packages);

 private:
  using Keys = std::vector<KeyringSnapshot::Key>;
  static void replace(Keys& keys, std::string_view key_id, const std::function<void(KeyRecord&)>& change);
  /// With the mutex held.
  void swap_in(Keys keys);

  mutable std::mutex mutex_;
  std::shared_ptr<const KeyringSnapshot> current_;
};

}  // namespace cogos::keys
