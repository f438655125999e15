#include "store/schema.hpp"

#include <array>

#include "keys/package.hpp"
#include "store/package_table.hpp"

namespace cogos::store {
namespace {

/// "CgOS", in the file's header, so that no other program's database is taken for a store.
constexpr std::int64_t kApplicationId = 0x43674f53;

/// `rows.core` and `rows.sealed` are what was hashed. The columns before them are an index that can be made
/// again from `core`; fsck compares them. Rows lie in the order in which they were written, with the wide
/// columns last, so appends fill pages from the end whatever number of chains there is.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE chains (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  height INTEGER NOT NULL,
  head_hash BLOB NOT NULL,
  head_ts_ms INTEGER NOT NULL,
  UNIQUE (tenant_id, app_id)
) STRICT;

CREATE TABLE rows (
  id INTEGER PRIMARY KEY,
  chain INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  ts_ms INTEGER NOT NULL,
  http_status INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  key_id TEXT,
  status TEXT NOT NULL,
  package_id TEXT,
  row_hash BLOB NOT NULL,
  core BLOB NOT NULL,
  sealed BLOB
) STRICT;
CREATE UNIQUE INDEX rows_by_seq ON rows (chain, seq);
CREATE INDEX rows_by_time ON rows (chain, ts_ms, seq);

CREATE TABLE keys (
  id INTEGER PRIMARY KEY,
  key_id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL,
  tenant_type TEXT NOT NULL,
  app_id TEXT NOT NULL,
  label TEXT NOT NULL,
  tier TEXT NOT NULL,
  package_id TEXT NOT NULL,
  scheme TEXT NOT NULL,
  audit_content TEXT NOT NULL,
  issued_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  revoked_at_ms INTEGER,
  quarantined_at_ms INTEGER,
  rotated_from_key_id TEXT,
  rotation_grace_until_ms INTEGER,
  bearer_sha256 BLOB UNIQUE,
  signing_key BLOB UNIQUE,
  hmac_nonce BLOB NOT NULL,
  hmac_ciphertext BLOB NOT NULL,
  hmac_tag BLOB NOT NULL,
  sealing_key BLOB
) STRICT;

CREATE TABLE packages (
  position INTEGER PRIMARY KEY,
  package_id TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  monthly_usd INTEGER NOT NULL,
  monthly_request_quota INTEGER NOT NULL,
  rpm_limit INTEGER NOT NULL,
  max_prompt_tokens_per_call INTEGER NOT NULL,
  daily_request_cap INTEGER NOT NULL,
  daily_token_cap INTEGER NOT NULL,
  allowed_model_tiers TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  active INTEGER NOT NULL
) STRICT;

CREATE TABLE attestation_keys (
  id INTEGER PRIMARY KEY,
  kid TEXT NOT NULL UNIQUE,
  public_pem TEXT NOT NULL,
  rev TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  operator_seq INTEGER NOT NULL,
  operator_row_hash BLOB NOT NULL
) STRICT;
)sql";

void make_version_1(Database& db) {
  db.execute(kVersion1);
  PackageTable packages(db);
  for (const keys::Package& package : keys::seed_packages()) packages.insert(package);
}

/// Why each key that is quarantined is so; `keys` has since when.
constexpr const char* kQuarantines = R"sql(
CREATE TABLE quarantines (
  key_id TEXT PRIMARY KEY,
  pattern TEXT NOT NULL,
  address TEXT NOT NULL,
  key_first INTEGER NOT NULL,
  apart_ms INTEGER NOT NULL,
  scanner_hits INTEGER NOT NULL,
  authentication_failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

void add_quarantines(Database& db) {
  db.execute(kQuarantines);
}

/// In the order of the rows that they came with, so that what is due goes from the front.
constexpr const char* kSpentSignatures =
    "CREATE TABLE spent_signatures (id INTEGER PRIMARY KEY, mark BLOB NOT NULL, until_ms INTEGER NOT NULL) "
    "STRICT";

void add_spent_signatures(Database& db) {
  db.execute(kSpentSignatures);
}

constexpr const char* kRotations = R"sql(
ALTER TABLE keys ADD COLUMN rotation_request BLOB;
ALTER TABLE keys ADD COLUMN first_used_at_ms INTEGER;
CREATE INDEX keys_by_origin ON keys (rotated_from_key_id) WHERE rotated_from_key_id IS NOT NULL;
)sql";

void add_rotations(Database& db) {
  db.execute(kRotations);
}

/// What quotas count (proof::is_charged), and an index from which the rows of a month are summed without
/// reading the rows themselves (SQLite reads them where a column that the query names is not in the index).
/// It grows at its end, as rows come in the order of their times.
constexpr const char* kCharged = R"sql(
ALTER TABLE rows ADD COLUMN charged INTEGER NOT NULL DEFAULT 0;
UPDATE rows SET charged = 1
  WHERE (status IN ('success', 'client_closed') OR substr(status, 1, 9) = 'upstream_'
         AND (prompt_tokens + completion_tokens > 0 OR http_status = 504))
    AND (json_extract(CAST(core AS TEXT), '$.model') IS NOT NULL
         OR json_extract(CAST(core AS TEXT), '$.live_search') IS NOT NULL);
CREATE INDEX rows_charged ON rows (ts_ms, chain, package_id, prompt_tokens, completion_tokens, charged)
  WHERE charged = 1;
)sql";

void add_charged(Database& db) {
  db.execute(kCharged);
}

/// What was paid for, or granted without payment, and the key that came of it; subscriptions as they were
/// reported last, known before their checkout where that report comes late; and the reports themselves, so
/// that none counts twice.
constexpr const char* kEntitlements = R"sql(
CREATE TABLE entitlements (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL UNIQUE,
  package_id TEXT NOT NULL,
  session_sha256 BLOB UNIQUE,
  subscription_id TEXT UNIQUE,
  granted_at_ms INTEGER NOT NULL,
  key_id TEXT UNIQUE
) STRICT;
CREATE INDEX entitlements_free ON entitlements (granted_at_ms) WHERE session_sha256 IS NULL;

CREATE TABLE subscriptions (
  subscription_id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  decided_at_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE payment_events (id INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, received_at_ms INTEGER NOT NULL)
  STRICT;

ALTER TABLE keys ADD COLUMN suspended_at_ms INTEGER;
)sql";

void add_entitlements(Database& db) {
  db.execute(kEntitlements);
}

/// The step to version n stands at n - 1. Steps are only ever added.
constexpr std::array<void (*)(Database&), kSchemaVersion> kSteps{
    make_version_1, add_quarantines, add_spent_signatures, add_rotations, add_charged, add_entitlements};

std::int64_t version_of(Database& db) {
  const std::int64_t version = db.query_integer("PRAGMA user_version");
  const bool empty = db.query_integer("SELECT count(*) FROM sqlite_schema") == 0;
  if (version == 0 && empty) return 0;
  if (db.query_integer("PRAGMA application_id") != kApplicationId || version <= 0) {
    throw StoreError("the database in this data directory was not made by CogOS");
  }
  if (version > kSchemaVersion) {
    throw StoreError("the store has schema version " + std::to_string(version) +
                     ", and this build knows versions up to " + std::to_string(kSchemaVersion) +
                     "; use the newer build that wrote it");
  }
  return version;
}

}  // namespace

void migrate(Database& db, int version) {
  for (auto reached = version_of(db); reached < version; ++reached) {
    Transaction step(db, Transaction::Kind::writing);
    kSteps.at(static_cast<std::size_t>(reached))(db);
    db.execute("PRAGMA application_id=" + std::to_string(kApplicationId));
    db.execute("PRAGMA user_version=" + std::to_string(reached + 1));
    step.commit();
  }
}

void require_known_schema(Database& db) {
  static_cast<void>(version_of(db));
}

void require_current_schema(Database& db) {
  const auto version = version_of(db);
  if (version != kSchemaVersion) {
    throw StoreError("the store has schema version " + std::to_string(version) +
                     "; start the server once to take it to version " + std::to_string(kSchemaVersion));
  }
}

}  // namespace cogos::store
