#pragma once

#include <string_view>
#include <vector>

#include "keys/key_record.hpp"
#include "keys/rotation_change.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// The statements that change `keys`; they belong to the writer's connection.
class KeyTable {
 public:
  explicit KeyTable(Database& db);
  /// Throws StoreError; a constraint where id, bearer hash or signing key exists.
  void insert(const keys::KeyRecord& record);
  /// The times that change during a key's life, but for the quarantine's. False where there is no such key.
  bool update(const keys::KeyRecord& record);
  /// The record's quarantine and its evidence. False where there is no such key.
  bool quarantine(const keys::KeyRecord& record);
  bool clear_quarantine(std::string_view key_id);
  /// False where it may not be made any more; what it has changed by then is for the caller to undo.
  bool rotate(const keys::RotationChange& change);
  void mark_used(const std::string& key_id, TimePoint at);
  /// All keys of the tenant; nothing gives them back.
  void suspend(std::string_view tenant_id, std::optional<TimePoint> at);

 private:
  Statement insert_;
  Statement update_;
  Statement set_quarantine_;
  Statement put_evidence_;
  Statement drop_evidence_;
  Statement start_grace_;
  Statement replace_;
  Statement mark_used_;
  Statement suspend_;
};

/// In order of issue. Throws StoreError, also where a stored value is not one that insert() wrote.
[[nodiscard]] std::vector<keys::KeyRecord> read_keys(Database& db);

/// The DEK's check value in `meta`.
[[nodiscard]] std::optional<keys::SealedHmacSecret> read_dek_check(Database& db);
void write_dek_check(Database& db, const keys::SealedHmacSecret& check);

}  // namespace cogos::store
