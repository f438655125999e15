#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "proof/audit_log.hpp"

namespace cogos::keys {

/// One process's attestation key as it is published at /attestation/keys.
struct AttestationKeyRecord {
  std::string kid;
  std::string public_pem;
  std::string rev;
  TimePoint started_at;
  std::optional<TimePoint> ended_at;  ///< Nothing while it runs, or where the process did not end in order.
  std::uint64_t operator_seq = 0;     ///< The `_operator` row that recorded it.
  std::string operator_row_hash;
};

/// The attestation keys of this and former processes. Thread-safe.
class AttestationKeyStore {
 public:
  AttestationKeyStore() = default;
  AttestationKeyStore(const AttestationKeyStore&) = delete;
  AttestationKeyStore& operator=(const AttestationKeyStore&) = delete;
  virtual ~AttestationKeyStore() = default;

  /// Records the key together with its `_operator` row; the row's place is filled in by the store.
  virtual void begin(AttestationKeyRecord record, proof::RowDraft row, proof::AuditLog::Appended done) = 0;
  /// Sets ended_at together with the stop's row.
  virtual void end(const std::string& kid, TimePoint at, proof::RowDraft row,
                   proof::AuditLog::Appended done) = 0;
  /// All, oldest first. Blocking; a short indexed read.
  [[nodiscard]] virtual std::vector<AttestationKeyRecord> all() = 0;
};

}  // namespace cogos::keys
