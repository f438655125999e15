#pragma once

#include "keys/key_store.hpp"
#include "store/key_table.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// Keys, packages and the DEK's check value. Thread-safe; made before the writer's first job.
class KeyStore final : public keys::KeyStore, public keys::DekCheckStore {
 public:
  KeyStore(Writer& writer, Readers& readers)
      : writer_(writer), readers_(readers), table_(writer.database()) {}

  // Blocking; they throw StoreError.
  [[nodiscard]] std::vector<keys::KeyRecord> load_keys() override;
  [[nodiscard]] std::vector<keys::Package> load_packages() override;
  [[nodiscard]] std::optional<keys::SealedHmacSecret> load_dek_check() override;
  void save_dek_check(const keys::SealedHmacSecret& check) override;

  void insert(const keys::KeyRecord& record, proof::RowDraft row, Changed done) override;
  void update(const keys::KeyRecord& record, proof::RowDraft row, Changed done) override;
  void quarantine(const keys::KeyRecord& record, proof::RowDraft row, proof::RowDraft customer_row,
                  Changed done) override;
  void clear_quarantine(const std::string& key_id, proof::RowDraft row, proof::RowDraft customer_row,
                        Changed done) override;
  void rotate(const keys::RotationChange& change, proof::RowDraft row, Changed done) override;
  void mark_used(const std::string& key_id, TimePoint at, std::function<void(bool)> done) override;

 private:
  Writer& writer_;
  Readers& readers_;
  KeyTable table_;  ///< The writer's thread only.
};

}  // namespace cogos::store
