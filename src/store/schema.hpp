#pragma once

#include "store/database.hpp"

namespace cogos::store {

/// The schema that this build writes (PRAGMA user_version).
inline constexpr int kSchemaVersion = 6;

/// The version that marks charged rows.
inline constexpr int kChargedVersion = 5;

/// Makes the schema in an empty file, or takes an older one forward to `version`, one transaction a version.
/// Throws StoreError where the file is of a newer version than this build knows or not a store.
void migrate(Database& db, int version = kSchemaVersion);

/// Before anything of a file is touched: throws StoreError unless migrate() would take it, an empty one
/// included.
void require_known_schema(Database& db);

/// For connections that only read: throws StoreError unless the file is a store of just this version.
void require_current_schema(Database& db);

}  // namespace cogos::store
