#include "store/database.hpp"

namespace cogos::store {
namespace {

constexpr int kBusyTimeoutMs = 2'000;

int open_flags(Access access) noexcept {
  constexpr int kAlways = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  return access == Access::read_write ? kAlways | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                      : kAlways | SQLITE_OPEN_READONLY;
}

void set_option(sqlite3* db, int option, int value) {
  if (sqlite3_db_config(db, option, value, nullptr) != SQLITE_OK) {
    throw StoreError("SQLite refuses a setting that the store needs");
  }
}

/// A pragma that changes something gives its row first and commits after it: only the end says that it is
/// done.
void run_to_end(Cursor& rows) {
  while (rows.step()) {
  }
}

}  // namespace

Database::Database(const std::filesystem::path& file, Access access, const std::string& vfs) {
  // Without locks, and so without a -shm file: whoever reads offline holds the directory's lock.
  const char* vfs_name = access == Access::offline ? "unix-none" : vfs.empty() ? nullptr : vfs.c_str();
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, open_flags(access), vfs_name);
  handle_.reset(raw);
  if (code != SQLITE_OK) {
    throw StoreError("cannot open " + file.string() + ": " + sqlite3_errstr(code), code);
  }
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  set_option(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
  set_option(raw, SQLITE_DBCONFIG_DEFENSIVE, 1);
  set_option(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  sqlite3_wal_autocheckpoint(raw, 0);
  if (access == Access::offline) execute("PRAGMA locking_mode=EXCLUSIVE");
  control_ = std::make_unique<Control>(
      Control{prepare("BEGIN"), prepare("BEGIN IMMEDIATE"), prepare("COMMIT"), prepare("ROLLBACK"),
              prepare("SAVEPOINT one"), prepare("RELEASE one"), prepare("ROLLBACK TO one")});
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* compiled = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
  if (code != SQLITE_OK) throw StoreError(sqlite3_errmsg(handle()), code);
  return Statement(compiled);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw StoreError(sqlite3_errmsg(handle()), code);
}

std::int64_t Database::query_integer(std::string_view sql) {
  Statement statement = prepare(sql);
  Cursor row = statement.query();
  if (!row.step()) return 0;
  const std::int64_t value = row.integer(0);
  run_to_end(row);
  return value;
}

std::string Database::query_text(std::string_view sql) {
  Statement statement = prepare(sql);
  Cursor row = statement.query();
  if (!row.step()) return {};
  std::string value(row.text(0));
  run_to_end(row);
  return value;
}

bool Database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle()) == 0;
}

Transaction::Transaction(Database& db, Kind kind) : db_(db) {
  (kind == Kind::writing ? db_.control_->begin_writing : db_.control_->begin).run();
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself already (full disk, I/O error).
  if (!db_.in_transaction()) return;
  try {
    db_.control_->rollback.run();
  } catch (const StoreError&) {
    // The connection is of no use any more; whoever caused the rollback stops using it.
  }
}

void Transaction::commit() {
  db_.control_->commit.run();
}

Savepoint::Savepoint(Database& db) : db_(db) {
  db_.control_->savepoint.run();
}

Savepoint::~Savepoint() {
  if (!open_ || !db_.in_transaction()) return;
  try {
    db_.control_->rollback_to.run();
    db_.control_->release.run();
  } catch (const StoreError&) {
    // The transaction around it fails at its own next step.
  }
}

void Savepoint::release() {
  db_.control_->release.run();
  open_ = false;
}

}  // namespace cogos::store
