#pragma once

#include "keys/package_store.hpp"

namespace cogos::test {

/// Packages in memory, changed on the caller's thread; the rows go to `log`. Not thread-safe.
class MemoryPackages final : public keys::PackageStore {
 public:
  MemoryPackages(proof::AuditLog& log, keys::Packages start) : log_(log), packages_(std::move(start)) {}

  void change(Change change, proof::RowDraft row, Changed done) override {
    auto after = change(packages_);
    if (!after) return done(after.error());
    log_.append(std::move(row), [&](Result<proof::ChainHead> head) {
      if (head) packages_ = std::move(*after);
      done(std::move(head));
    });
  }

  [[nodiscard]] const keys::Packages& packages() const noexcept { return packages_; }

 private:
  proof::AuditLog& log_;
  keys::Packages packages_;
};

}  // namespace cogos::test
