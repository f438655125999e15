#pragma once

#include <functional>
#include <vector>

#include "keys/package_change.hpp"
#include "proof/audit_log.hpp"

namespace cogos::keys {

/// Durable packages. Thread-safe; callbacks run on a thread of the store's own.
class PackageStore {
 public:
  /// Gives the packages as they are to be, from what they are. Must not block or throw; its failure refuses
  /// the change and leaves no row.
  using Change = std::function<Result<Packages>(Packages)>;
  using Changed = proof::AuditLog::Appended;

  PackageStore() = default;
  PackageStore(const PackageStore&) = delete;
  PackageStore& operator=(const PackageStore&) = delete;
  virtual ~PackageStore() = default;

  /// Changes the packages in one transaction with the audit row that reports it. Changes take effect one
  /// after the other, each on what the one before it left, and `done` is called in that same order. None is
  /// ever removed.
  virtual void change(Change change, proof::RowDraft row, Changed done) = 0;
};

}  // namespace cogos::keys
