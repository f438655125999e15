#include "store/package_store.hpp"

namespace cogos::store {

Result<void> PackageStore::apply(const Change& change) {
  const keys::Packages before = read_packages(writer_.database());
  const Result<keys::Packages> after = change(before);
  if (!after) return after.error();
  for (const keys::Package& package : *after) {
    const keys::Package* known = keys::find_package(before, package.id);
    if (!known) {
      table_.insert(package);
    } else if (*known != package) {
      table_.update(package);
    }
  }
  return {};
}

void PackageStore::change(Change change, proof::RowDraft row, Changed done) {
  auto mutation = [this, change = std::move(change)](const proof::ChainHead&) { return apply(change); };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

}  // namespace cogos::store
