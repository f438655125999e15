#include "store/copy.hpp"

#include <algorithm>
#include <optional>

#include "store/chain_table.hpp"
#include "store/data_directory.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

namespace cogos::store {
namespace {

/// Takes all that is in the log into the database. Its one row begins with 1 where another reads the log.
bool empty_log(Database& db) {
  return db.query_integer("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
}

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

/// So that nothing is lost where the log goes first. A damaged store is left as it is.
void gather_in_one_file(const std::filesystem::path& file) {
  const char* why = "another program has it open";
  try {
    Database db(file, Access::read_write);
    if (empty_log(db)) return;
  } catch (const StoreError& error) {
    if (error.primary_code() != SQLITE_FULL && error.primary_code() != SQLITE_BUSY) return;
    why = sqlite3_errstr(error.primary_code());
  }
  throw StoreError(std::string("the present store's write-ahead log cannot be emptied: ") + why);
}

/// Undoes what was laid aside as long as nothing was put in its place.
class LaidAside {
 public:
  explicit LaidAside(std::filesystem::path directory) : directory_(std::move(directory)) {}
  LaidAside(const LaidAside&) = delete;
  LaidAside& operator=(const LaidAside&) = delete;
  ~LaidAside() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(directory_, ignored);
  }
  void keep() noexcept { kept_ = true; }

 private:
  std::filesystem::path directory_;
  bool kept_ = false;
};

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

std::uint64_t bytes_of_store(const std::filesystem::path& data_dir) {
  std::uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(database_file(data_dir).string() + suffix, missing);
    if (!missing) bytes += size;
  }
  return bytes;
}

void bring_up_to_date(const std::filesystem::path& data_dir) {
  Database db(database_file(data_dir), Access::read_write);
  migrate(db);
  if (!empty_log(db)) throw StoreError("another program has the copy open");
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
  LaidAside laid_aside(aside);
  if (fs::exists(present)) {
    gather_in_one_file(present);
    fs::create_directory(aside);
    fs::permissions(aside, fs::perms::owner_all);
    for (const fs::path& file : {present, log}) {
      if (fs::exists(file)) fs::create_hard_link(file, aside / file.filename());
    }
    sync_directory(aside);
    // Of a damaged store the log may be there alone from here on.
    if (fs::exists(log) && fs::file_size(log) > 0) laid_aside.keep();
  }
  for (const fs::path& file : {log, fs::path(present.string() + "-shm")}) fs::remove(file);
  sync_directory(data_dir);
  fs::rename(replacement, present);
  laid_aside.keep();
  try {
    sync_directory(data_dir);
  } catch (const StoreError& error) {
    throw StoreError(std::string("the store was replaced, but a power cut may undo that: ") + error.what());
  }
}

}  // namespace cogos::store
