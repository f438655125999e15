#include "store/key_table.hpp"

#include <algorithm>

namespace cogos::store {
namespace {

template <std::size_t N>
ByteArray<N> exactly(ByteView bytes, const char* what) {
  if (bytes.size() != N) throw StoreError(std::string("the stored ") + what + " has a wrong length");
  ByteArray<N> out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

template <class T>
T known(std::optional<T> value, const char* what) {
  if (!value) throw StoreError(std::string("the stored ") + what + " is not one that this build knows");
  return *value;
}

template <class Key>
std::optional<Key> public_key(const Cursor& row, int column, const char* what) {
  if (row.is_null(column)) return std::nullopt;
  auto key = Key::from_raw(row.bytes(column));
  if (!key)
    throw StoreError(std::string("the stored ") + what + " is not acceptable: " + key.error().message());
  return *key;
}

/// As it is bound: a view of the key's bytes.
template <class Key>
std::optional<ByteView> raw(const std::optional<Key>& key) {
  return key ? std::optional<ByteView>(key->raw()) : std::nullopt;
}

constexpr const char* kInsertKey =
    "INSERT INTO keys (key_id, tenant_id, tenant_type, app_id, label, tier, package_id, scheme, "
    "audit_content, issued_at_ms, expires_at_ms, revoked_at_ms, quarantined_at_ms, rotated_from_key_id, "
    "rotation_grace_until_ms, bearer_sha256, signing_key, hmac_nonce, hmac_ciphertext, hmac_tag, "
    "sealing_key, rotation_request) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kUpdateKey =
    "UPDATE keys SET expires_at_ms = ?, revoked_at_ms = coalesce(revoked_at_ms, ?), "
    "rotation_grace_until_ms = coalesce(rotation_grace_until_ms, ?) WHERE key_id = ?";
constexpr const char* kSetQuarantine = "UPDATE keys SET quarantined_at_ms = ? WHERE key_id = ?";
constexpr const char* kPutEvidence =
    "INSERT OR REPLACE INTO quarantines (key_id, pattern, address, key_first, apart_ms, scanner_hits, "
    "authentication_failures) VALUES (?,?,?,?,?,?,?)";
constexpr const char* kDropEvidence = "DELETE FROM quarantines WHERE key_id = ?";
/// The old key of a rotation, as long as it may be rotated and its newest successor is the given one.
constexpr const char* kStartGrace =
    "UPDATE keys SET rotation_grace_until_ms = ?2 WHERE key_id = ?1 AND revoked_at_ms IS NULL AND "
    "quarantined_at_ms IS NULL AND suspended_at_ms IS NULL AND (SELECT key_id FROM keys WHERE "
    "rotated_from_key_id = ?1 ORDER BY id DESC "
    "LIMIT 1) IS ?3";
constexpr const char* kReplace =
    "UPDATE keys SET revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE key_id = ? AND first_used_at_ms IS "
    "NULL";
constexpr const char* kMarkUsed =
    "UPDATE keys SET first_used_at_ms = coalesce(first_used_at_ms, ?) WHERE key_id = ?";
constexpr const char* kSuspend =
    "UPDATE keys SET suspended_at_ms = ?2 WHERE tenant_id = ?1 AND (suspended_at_ms IS NULL) = (?2 IS NOT "
    "NULL)";
constexpr const char* kSelectKeys =
    "SELECT keys.key_id, tenant_id, tenant_type, app_id, label, tier, package_id, scheme, audit_content, "
    "issued_at_ms, expires_at_ms, revoked_at_ms, quarantined_at_ms, rotated_from_key_id, "
    "rotation_grace_until_ms, bearer_sha256, signing_key, hmac_nonce, hmac_ciphertext, hmac_tag, "
    "sealing_key, rotation_request, first_used_at_ms, pattern, address, key_first, apart_ms, scanner_hits, "
    "authentication_failures, suspended_at_ms "
    "FROM keys LEFT JOIN quarantines ON quarantines.key_id = keys.key_id ORDER BY id";

keys::KeyRecord record_of(const Cursor& row) {
  keys::KeyRecord record;
  record.key_id = row.text(0);
  record.tenant_id = row.text(1);
  record.tenant_type = known(keys::tenant_type_from(row.text(2)), "tenant_type of a key");
  record.app_id = row.text(3);
  record.label = row.text(4);
  record.tier = row.text(5);
  record.package_id = row.text(6);
  record.scheme = known(keys::scheme_from(row.text(7)), "scheme of a key");
  record.audit_content = known(keys::audit_content_from(row.text(8)), "audit_content of a key");
  record.issued_at = row.time(9);
  record.expires_at = row.time_or_null(10);
  record.revoked_at = row.time_or_null(11);
  record.quarantined_at = row.time_or_null(12);
  record.rotated_from_key_id = row.text_or_null(13);
  record.rotation_grace_until = row.time_or_null(14);
  if (!row.is_null(15)) record.bearer_sha256 = exactly<32>(row.bytes(15), "hash of a bearer key");
  record.signing_key = public_key<crypto::Ed25519PublicKey>(row, 16, "signing key");
  record.hmac_secret.nonce = exactly<12>(row.bytes(17), "nonce of an HMAC secret");
  const ByteView ciphertext = row.bytes(18);
  record.hmac_secret.ciphertext.assign(ciphertext.begin(), ciphertext.end());
  record.hmac_secret.tag = exactly<16>(row.bytes(19), "tag of an HMAC secret");
  record.sealing_key = public_key<crypto::X25519PublicKey>(row, 20, "sealing key");
  if (!row.is_null(21)) record.rotation_request = exactly<32>(row.bytes(21), "hash of a rotation's request");
  if (record.rotated_from_key_id && row.is_null(22)) record.first_use = std::make_shared<keys::FirstUse>();
  if (!row.is_null(23)) {
    record.quarantine_evidence = std::make_shared<const keys::QuarantineEvidence>(
        keys::QuarantineEvidence{std::string(row.text(23)), std::string(row.text(24)), row.integer(25) != 0,
                                 row.count(26), row.count(27), row.count(28)});
  }
  record.suspended_at = row.time_or_null(29);
  return record;
}

}  // namespace

KeyTable::KeyTable(Database& db)
    : insert_(db.prepare(kInsertKey)),
      update_(db.prepare(kUpdateKey)),
      set_quarantine_(db.prepare(kSetQuarantine)),
      put_evidence_(db.prepare(kPutEvidence)),
      drop_evidence_(db.prepare(kDropEvidence)),
      start_grace_(db.prepare(kStartGrace)),
      replace_(db.prepare(kReplace)),
      mark_used_(db.prepare(kMarkUsed)),
      suspend_(db.prepare(kSuspend)) {}

void KeyTable::insert(const keys::KeyRecord& key) {
  insert_.run(key.key_id, key.tenant_id, keys::to_text(key.tenant_type), key.app_id, key.label, key.tier,
              key.package_id, keys::to_text(key.scheme), keys::to_text(key.audit_content), key.issued_at,
              key.expires_at, key.revoked_at, key.quarantined_at, key.rotated_from_key_id,
              key.rotation_grace_until, key.bearer_sha256, raw(key.signing_key), key.hmac_secret.nonce,
              ByteView(key.hmac_secret.ciphertext), key.hmac_secret.tag, raw(key.sealing_key),
              key.rotation_request);
}

bool KeyTable::update(const keys::KeyRecord& key) {
  return update_.run(key.expires_at, key.revoked_at, key.rotation_grace_until, key.key_id) > 0;
}

bool KeyTable::quarantine(const keys::KeyRecord& key) {
  if (set_quarantine_.run(key.quarantined_at, key.key_id) == 0) return false;
  if (key.quarantine_evidence) {
    const keys::QuarantineEvidence& why = *key.quarantine_evidence;
    put_evidence_.run(key.key_id, why.pattern, why.address, why.key_first, why.apart_ms, why.scanner_hits,
                      why.authentication_failures);
  }
  return true;
}

bool KeyTable::clear_quarantine(std::string_view key_id) {
  drop_evidence_.run(key_id);
  return set_quarantine_.run(std::optional<TimePoint>(), key_id) > 0;
}

bool KeyTable::rotate(const keys::RotationChange& change) {
  const auto replaced = change.replaced ? std::optional<std::string_view>(change.replaced->key_id)
                                        : std::optional<std::string_view>();
  if (start_grace_.run(*change.fresh.rotated_from_key_id, change.grace_until, replaced) == 0) return false;
  insert(change.fresh);
  if (!change.replaced) return true;
  if (replace_.run(change.at, change.replaced->key_id) == 0) return false;
  // Last, since it cannot be undone: from here on only a failure of the whole store stops the change.
  return change.replaced->first_use && change.replaced->first_use->replace();
}

void KeyTable::mark_used(const std::string& key_id, TimePoint at) {
  mark_used_.run(at, key_id);
}

void KeyTable::suspend(std::string_view tenant_id, std::optional<TimePoint> at) {
  suspend_.run(tenant_id, at);
}

std::vector<keys::KeyRecord> read_keys(Database& db) {
  std::vector<keys::KeyRecord> records;
  Statement select = db.prepare(kSelectKeys);
  Cursor row = select.query();
  while (row.step()) records.push_back(record_of(row));
  return records;
}

std::optional<keys::SealedHmacSecret> read_dek_check(Database& db) {
  Statement select = db.prepare("SELECT value FROM meta WHERE name = 'dek_check'");
  Cursor row = select.query();
  if (!row.step()) return std::nullopt;
  keys::SealedHmacSecret check;
  const ByteView value = row.bytes(0);
  constexpr std::size_t kFixed =
      std::tuple_size_v<decltype(check.nonce)> + std::tuple_size_v<decltype(check.tag)>;
  if (value.size() < kFixed) throw StoreError("the stored check value of the DEK is too short");
  check.nonce = exactly<12>(value.first(12), "nonce");
  check.tag = exactly<16>(value.subspan(12, 16), "tag");
  check.ciphertext.assign(value.begin() + kFixed, value.end());
  return check;
}

void write_dek_check(Database& db, const keys::SealedHmacSecret& check) {
  std::vector<std::uint8_t> value(check.nonce.begin(), check.nonce.end());
  value.insert(value.end(), check.tag.begin(), check.tag.end());
  value.insert(value.end(), check.ciphertext.begin(), check.ciphertext.end());
  db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('dek_check', ?)").run(ByteView(value));
}

}  // namespace cogos::store
