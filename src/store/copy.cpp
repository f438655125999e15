#include "store/copy.hpp"

#include <algorithm>
#include <optional>

#include "store/chain_table.hpp"
#include "store/data_directory.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

namespace cogos::store {
namespace {

constexpr const char* kEmptyLog = "PRAGMA wal_checkpoint(TRUNCATE)";

struct BackupEnd {
  void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

/// A connection that reads, beside a server or, where there is none, with the directory's lock in `lock`.
Database open_for_reading(const std::filesystem::path& data_dir, std::optional<DirectoryLock>& lock) {
  const auto file = database_file(data_dir);
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw StoreError("there is no store in " + data_dir.string() + ": no cogos.db");
  }
  try {
    lock.emplace(DirectoryLock::shared(data_dir));
  } catch (const StoreError&) {
    return Database(file, Access::read_only);
  }
  return Database(file, Access::offline);
}

std::string row_hash_at(Database& db, std::int64_t chain, std::uint64_t seq) {
  Statement select = db.prepare("SELECT hex(row_hash) FROM rows WHERE chain = ? AND seq = ?");
  Cursor row = select.query(chain, seq);
  return row.step() ? std::string(row.text(0)) : std::string();
}

/// The last row that both have: found by halves, since a chain that differs at one row differs at all after
/// it.
std::uint64_t last_common(Database& ours, const KnownChain& our, Database& theirs, const KnownChain& their) {
  std::uint64_t same = 0;
  std::uint64_t differs = std::min(our.head.seq, their.head.seq) + 1;
  while (differs - same > 1) {
    const std::uint64_t middle = same + (differs - same) / 2;
    const bool equal = row_hash_at(ours, our.id, middle) == row_hash_at(theirs, their.id, middle);
    (equal ? same : differs) = middle;
  }
  return same;
}

}  // namespace

void copy_store(const std::filesystem::path& data_dir, const std::filesystem::path& to) {
  std::optional<DirectoryLock> lock;
  Database from = open_for_reading(data_dir, lock);
  require_current_schema(from);
  make_private_file(to);
  Database copy(to, Access::read_write);
  const std::unique_ptr<sqlite3_backup, BackupEnd> backup(
      sqlite3_backup_init(copy.handle(), "main", from.handle(), "main"));
  if (!backup) throw StoreError(sqlite3_errmsg(copy.handle()), sqlite3_errcode(copy.handle()));
  // In one step: a copy in several begins anew whenever the server has written meanwhile. SQLite syncs at its
  // end.
  const int code = sqlite3_backup_step(backup.get(), -1);
  if (code != SQLITE_DONE) {
    throw StoreError(std::string("the store could not be copied: ") + sqlite3_errstr(code), code);
  }
}

void bring_up_to_date(const std::filesystem::path& data_dir) {
  Database db(database_file(data_dir), Access::read_write);
  migrate(db);
  db.execute(kEmptyLog);
}

std::vector<LostRows> rows_lost(const std::filesystem::path& present, const std::filesystem::path& other) {
  std::error_code error;
  if (!std::filesystem::exists(database_file(present), error)) return {};
  Database ours(database_file(present), Access::offline);
  Database theirs(database_file(other), Access::offline);
  require_current_schema(ours);
  require_current_schema(theirs);
  const ChainMap our_chains = read_chains(ours);
  const ChainMap their_chains = read_chains(theirs);
  std::vector<LostRows> lost;
  for (const auto& [id, our] : our_chains) {
    const auto their = their_chains.find(id);
    const std::uint64_t common =
        their == their_chains.end() ? 0 : last_common(ours, our, theirs, their->second);
    if (our.head.seq > common) lost.push_back({id, our.head.seq - common});
  }
  return lost;
}

void replace_store(const std::filesystem::path& data_dir, const std::filesystem::path& replacement,
                   const std::filesystem::path& aside) {
  namespace fs = std::filesystem;
  const fs::path present = database_file(data_dir);
  const fs::path log = present.string() + "-wal";
  if (fs::exists(present)) {
    try {
      // All of it in one file, so that nothing is lost where the log goes first.
      Database db(present, Access::read_write);
      db.execute(kEmptyLog);
    } catch (const StoreError&) {
      // Damaged: it is kept with its log as they are.
    }
    fs::create_directory(aside);
    fs::permissions(aside, fs::perms::owner_all);
    for (const fs::path& file : {present, log}) {
      if (fs::exists(file)) fs::create_hard_link(file, aside / file.filename());
    }
    sync_directory(aside);
  }
  for (const fs::path& file : {log, fs::path(present.string() + "-shm")}) fs::remove(file);
  sync_directory(data_dir);
  fs::rename(replacement, present);
  sync_directory(data_dir);
}

}  // namespace cogos::store
