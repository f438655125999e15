#include "store/store.hpp"

#include <algorithm>

#include "store/attestation_key_store.hpp"
#include "store/audit_store.hpp"
#include "store/blocking_read.hpp"
#include "store/chain_table.hpp"
#include "store/charged_month.hpp"
#include "store/data_directory.hpp"
#include "store/entitlement_store.hpp"
#include "store/key_store.hpp"
#include "store/operator_events.hpp"
#include "store/operator_log.hpp"
#include "store/package_store.hpp"
#include "store/pruner.hpp"
#include "store/resealer.hpp"
#include "store/schema.hpp"

namespace cogos::store {
namespace {

/// The writer's connection, with the schema of this build.
Database open_database(const StoreOptions& options, const std::filesystem::path& file) {
  make_private_file(file);
  Database db(file, Access::read_write, options.vfs);
  require_known_schema(db);
  // Without these a row could be lost after it was reported durable.
  if (db.query_text("PRAGMA journal_mode=WAL") != "wal") {
    throw StoreError("SQLite cannot keep a write-ahead log in " + options.data_dir.string());
  }
  db.execute("PRAGMA synchronous=FULL");
  // And without these an envelope that was erased could be found in a page's unused part (its root page
  // keeps the first rows when it splits), or in a temporary file outside of the data directory.
  db.execute("PRAGMA secure_delete=ON");
  db.execute("PRAGMA temp_store=MEMORY");
  migrate(db);
  sync_directory(options.data_dir);
  return db;
}

Database open_for_writing(const StoreOptions& options) {
  const auto file = database_file(options.data_dir);
  try {
    return open_database(options, file);
  } catch (const StoreError& error) {
    // What SQLite says ("file is not a database") names no file.
    if (error.sqlite_code() == 0) throw;
    throw StoreError("cannot open the store " + file.string() + ": " + error.what(), error.sqlite_code());
  }
}

ChainMap read_checked_chains(Database& db) {
  ChainMap chains = read_chains(db);
  check_ends(db, chains);
  if (read_heads_digest(db).value_or(HeadsDigest()).value() != digest_of(chains).value()) {
    throw StoreError(
        "the heads of the chains are not those that the store wrote; run `cogos fsck` and "
        "restore a backup");
  }
  return chains;
}

std::int64_t next_chain_id(const ChainMap& chains) {
  std::int64_t last = 0;
  for (const auto& [id, chain] : chains) last = std::max(last, chain.id);
  return last + 1;
}

TimePoint newest(const ChainMap& chains) {
  // Just before the first moment that a row can have.
  TimePoint time = from_unix_ms(-1);
  for (const auto& [id, chain] : chains) time = std::max(time, chain.head.ts);
  return time;
}

WriterOptions writer_options(const StoreOptions& options) {
  return {options.max_queued_writes, std::max<std::size_t>(options.max_batch, 1), options.checkpoint_pages,
          options.on_failure};
}

FreeSpace::Probe free_space_probe(const StoreOptions& options) {
  return options.free_bytes ? options.free_bytes : free_bytes_of(options.data_dir);
}

}  // namespace

/// Declared in the order in which each needs those before it.
struct Store::Parts {
  Parts(const StoreOptions& options, const Clock& clock)
      : Parts(options, clock, DirectoryLock::exclusive(options.data_dir)) {}
  Parts(const StoreOptions& options, const Clock& clock, DirectoryLock held)
      : Parts(options, clock, std::move(held), open_for_writing(options)) {}
  Parts(const StoreOptions& options, const Clock& clock, DirectoryLock held, Database db)
      : Parts(options, clock, std::move(held), read_checked_chains(db), std::move(db)) {}
  // By reference: a parameter of its own might be moved into before the chains are read out of it.
  Parts(const StoreOptions& options, const Clock& clock, DirectoryLock held, const ChainMap& chains,
        Database&& db)
      : lock(std::move(held)),
        heads(chains),
        mark(newest(chains)),
        space(free_space_probe(options), options.min_free_bytes, options.on_free_space),
        writer(std::move(db), digest_of(chains), next_chain_id(chains), heads, mark, space, clock,
               writer_options(options)),
        readers(database_file(options.data_dir), options.vfs, options.reader_threads,
                options.max_queued_reads),
        audit(writer, readers, heads, mark, clock),
        operators(writer, readers, heads),
        keys(writer, readers),
        packages(writer),
        entitlements(writer, readers),
        attestation_keys(writer),
        pruner(writer, readers),
        resealer(writer) {}

  void close() {
    // Readers first: they may wait for a batch of the writer's, and its last checkpoint needs them gone.
    readers.close();
    writer.close();
  }

  DirectoryLock lock;
  Heads heads;
  SettledMark mark;
  FreeSpace space;
  Writer writer;
  Readers readers;
  AuditStore audit;
  OperatorLog operators;
  store::KeyStore keys;
  store::PackageStore packages;
  store::EntitlementStore entitlements;
  store::AttestationKeyStore attestation_keys;
  Pruner pruner;
  Resealer resealer;
};

Store::Store(StoreOptions options, const Clock& clock) : parts_(std::make_unique<Parts>(options, clock)) {}

Store::~Store() {
  close();
}

proof::AuditLog& Store::audit_log() noexcept {
  return parts_->audit;
}

proof::OperatorLog& Store::operator_log() noexcept {
  return parts_->operators;
}

keys::KeyStore& Store::keys() noexcept {
  return parts_->keys;
}

keys::PackageStore& Store::packages() noexcept {
  return parts_->packages;
}

keys::EntitlementStore& Store::entitlements() noexcept {
  return parts_->entitlements;
}

keys::DekCheckStore& Store::dek_check() noexcept {
  return parts_->keys;
}

keys::AttestationKeyStore& Store::attestation_keys() noexcept {
  return parts_->attestation_keys;
}

Pruner& Store::pruner() noexcept {
  return parts_->pruner;
}

Resealer& Store::resealer() noexcept {
  return parts_->resealer;
}

std::optional<TimePoint> Store::newest_row() const {
  return parts_->heads.newest();
}

std::vector<SpentSignature> Store::spent_signatures(TimePoint now) {
  return read_blocking(parts_->readers, [now](Database& db) { return read_spent_signatures(db, now); });
}

std::vector<keys::ChargedDay> Store::charged_month() {
  return read_blocking(parts_->readers, [](Database& db) { return read_charged_month(db); });
}

std::vector<std::string> Store::operator_events(std::string_view route, std::size_t most) {
  return read_blocking(parts_->readers,
                       [route, most](Database& db) { return read_operator_events(db, route, most); });
}

StoreStatus Store::status() const {
  const Writer& writer = parts_->writer;
  return {writer.writable(),
          writer.queued(),
          writer.last_commit(),
          writer.rows_written(),
          writer.commits(),
          writer.rows_last_minute(),
          writer.commit_changes().read(),
          writer.commit_ns().read()};
}

void Store::close() {
  parts_->close();
}

}  // namespace cogos::store
