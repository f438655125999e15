#pragma once

#include <mutex>
#include <vector>

#include "keys/attestation_keys.hpp"
#include "store/writer.hpp"

namespace cogos::store {

/// In order of their start. Throws StoreError.
[[nodiscard]] std::vector<keys::AttestationKeyRecord> read_attestation_keys(Database& db);

/// The attestation keys on disk, with a copy in memory (about 400 bytes for each start there ever was), so
/// all() touches no disk. Thread-safe; made before the writer's first job.
class AttestationKeyStore final : public keys::AttestationKeyStore {
 public:
  explicit AttestationKeyStore(Writer& writer);

  void begin(keys::AttestationKeyRecord record, proof::RowDraft row, proof::AuditLog::Appended done) override;
  void end(const std::string& kid, TimePoint at, proof::RowDraft row,
           proof::AuditLog::Appended done) override;
  [[nodiscard]] std::vector<keys::AttestationKeyRecord> all() override;

 private:
  Writer& writer_;
  // The writer's thread only.
  Statement insert_;
  Statement end_;
  // Durable ones.
  std::mutex mutex_;
  std::vector<keys::AttestationKeyRecord> records_;
};

}  // namespace cogos::store
