#pragma once

#include "keys/package_change.hpp"
#include "store/database.hpp"

namespace cogos::store {

/// In the order in which they were made. Throws StoreError, also where a stored value is not one that
/// insert() wrote.
[[nodiscard]] keys::Packages read_packages(Database& db);

/// The statements that change `packages`; they belong to the writer's connection.
class PackageTable {
 public:
  explicit PackageTable(Database& db);
  /// Throws StoreError; a constraint where the id exists.
  void insert(const keys::Package& package);
  void update(const keys::Package& package);

 private:
  Statement insert_;
  Statement update_;
};

}  // namespace cogos::store
