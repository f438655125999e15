#include "store/key_store.hpp"

#include <future>

#include "store/blocking_read.hpp"
#include "store/package_table.hpp"

namespace cogos::store {
namespace {

Error unknown_key() {
  return {ErrorCode::not_found, "There is no key with this id."};
}

}  // namespace

std::vector<keys::KeyRecord> KeyStore::load_keys() {
  return read_blocking(readers_, [](Database& db) { return read_keys(db); });
}

std::vector<keys::Package> KeyStore::load_packages() {
  return read_blocking(readers_, [](Database& db) { return read_packages(db); });
}

std::optional<keys::SealedHmacSecret> KeyStore::load_dek_check() {
  return read_blocking(readers_, [](Database& db) { return read_dek_check(db); });
}

void KeyStore::save_dek_check(const keys::SealedHmacSecret& check) {
  std::promise<Result<proof::ChainHead>> promise;
  WriteJob job;
  job.mutation = [this, &check](const proof::ChainHead&) -> Result<void> {
    write_dek_check(writer_.database(), check);
    return {};
  };
  job.done = [&promise](Result<proof::ChainHead> outcome) { promise.set_value(std::move(outcome)); };
  writer_.submit(std::move(job));
  const auto outcome = promise.get_future().get();
  if (!outcome) throw StoreError(outcome.error().message() + " (" + outcome.error().detail() + ")");
}

void KeyStore::insert(const keys::KeyRecord& record, proof::RowDraft row, Changed done) {
  auto mutation = [this, record](const proof::ChainHead&) -> Result<void> {
    table_.insert(record);
    return {};
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

void KeyStore::update(const keys::KeyRecord& record, proof::RowDraft row, Changed done) {
  auto mutation = [this, record](const proof::ChainHead&) -> Result<void> {
    if (table_.update(record)) return {};
    return unknown_key();
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

void KeyStore::quarantine(const keys::KeyRecord& record, proof::RowDraft row, proof::RowDraft customer_row,
                          Changed done) {
  WriteJob job;
  job.row = std::move(row);
  job.second_row = std::make_unique<proof::RowDraft>(std::move(customer_row));
  job.urgent = true;
  job.mutation = [this, record](const proof::ChainHead&) -> Result<void> {
    if (table_.quarantine(record)) return {};
    return unknown_key();
  };
  job.done = std::move(done);
  writer_.submit(std::move(job));
}

void KeyStore::clear_quarantine(const std::string& key_id, proof::RowDraft row, proof::RowDraft customer_row,
                                Changed done) {
  WriteJob job;
  job.row = std::move(row);
  job.second_row = std::make_unique<proof::RowDraft>(std::move(customer_row));
  job.mutation = [this, key_id](const proof::ChainHead&) -> Result<void> {
    if (table_.clear_quarantine(key_id)) return {};
    return unknown_key();
  };
  job.done = std::move(done);
  writer_.submit(std::move(job));
}

void KeyStore::rotate(const keys::RotationChange& change, proof::RowDraft row, Changed done) {
  auto mutation = [this, change](const proof::ChainHead&) -> Result<void> {
    if (table_.rotate(change)) return {};
    return Error(ErrorCode::conflict, "This key was rotated or changed by another request meanwhile.");
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(done)});
}

void KeyStore::mark_used(const std::string& key_id, TimePoint at, std::function<void(bool)> done) {
  auto mutation = [this, key_id, at](const proof::ChainHead&) -> Result<void> {
    table_.mark_used(key_id, at);
    return {};
  };
  auto marked = [done = std::move(done)](const Result<proof::ChainHead>& head) { done(head.has_value()); };
  writer_.submit({std::nullopt, std::move(mutation), std::move(marked)});
}

}  // namespace cogos::store
