#include "store/attestation_key_store.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace cogos::store {

std::vector<keys::AttestationKeyRecord> read_attestation_keys(Database& db) {
  std::vector<keys::AttestationKeyRecord> records;
  Statement select = db.prepare(
      "SELECT kid, public_pem, rev, started_at_ms, ended_at_ms, operator_seq, operator_row_hash "
      "FROM attestation_keys ORDER BY id");
  Cursor row = select.query();
  while (row.step()) {
    records.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                       row.time(3), row.time_or_null(4), row.count(5), base::to_hex(row.bytes(6))});
  }
  return records;
}

AttestationKeyStore::AttestationKeyStore(Writer& writer)
    : writer_(writer),
      insert_(writer.database().prepare("INSERT INTO attestation_keys (kid, public_pem, rev, started_at_ms, "
                                        "ended_at_ms, operator_seq, operator_row_hash) "
                                        "VALUES (?,?,?,?,?,?,?)")),
      end_(writer.database().prepare("UPDATE attestation_keys SET ended_at_ms = ? WHERE kid = ?")),
      records_(read_attestation_keys(writer.database())) {}

void AttestationKeyStore::begin(keys::AttestationKeyRecord record, proof::RowDraft row,
                                proof::AuditLog::Appended done) {
  auto mutation = [this, record](const proof::ChainHead& head) -> Result<void> {
    const auto hash = base::from_hex(head.row_hash);
    insert_.run(record.kid, record.public_pem, record.rev, record.started_at, record.ended_at, head.seq,
                ByteView(*hash));
    return {};
  };
  auto recorded = [this, record = std::move(record),
                   done = std::move(done)](Result<proof::ChainHead> head) mutable {
    if (head) {
      record.operator_seq = head->seq;
      record.operator_row_hash = head->row_hash;
      const std::lock_guard lock(mutex_);
      records_.push_back(std::move(record));
    }
    done(std::move(head));
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(recorded)});
}

void AttestationKeyStore::end(const std::string& kid, TimePoint at, proof::RowDraft row,
                              proof::AuditLog::Appended done) {
  auto mutation = [this, kid, at](const proof::ChainHead&) -> Result<void> {
    if (end_.run(at, std::string_view(kid)) > 0) return {};
    return Error(ErrorCode::not_found, "There is no attestation key with this id.");
  };
  auto recorded = [this, kid, at, done = std::move(done)](Result<proof::ChainHead> head) {
    if (head) {
      const std::lock_guard lock(mutex_);
      const auto found = std::find_if(records_.begin(), records_.end(),
                                      [&kid](const auto& record) { return record.kid == kid; });
      if (found != records_.end()) found->ended_at = at;
    }
    done(std::move(head));
  };
  writer_.submit({std::move(row), std::move(mutation), std::move(recorded)});
}

std::vector<keys::AttestationKeyRecord> AttestationKeyStore::all() {
  const std::lock_guard lock(mutex_);
  return records_;
}

}  // namespace cogos::store
