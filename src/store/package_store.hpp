#pragma once

#include "keys/package_store.hpp"
#include "store/package_table.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// Changes of packages. Thread-safe; made before the writer's first job.
class PackageStore final : public keys::PackageStore {
 public:
  explicit PackageStore(Writer& writer) : writer_(writer), table_(writer.database()) {}

  void change(Change change, proof::RowDraft row, Changed done) override;

 private:
  [[nodiscard]] Result<void> apply(const Change& change);

  Writer& writer_;
  PackageTable table_;  ///< The writer's thread only.
};

}  // namespace cogos::store
