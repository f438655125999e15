#include "store/fsck.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "proof/chain_follower.hpp"
#include "proof/wire.hpp"
#include "store/chain_table.hpp"
#include "store/data_directory.hpp"
#include "store/fsck_operator.hpp"
#include "store/index_columns.hpp"
#include "store/schema.hpp"

namespace cogos::store {
namespace {

constexpr const char* kRowsOfChain =
    "SELECT seq, ts_ms, http_status, prompt_tokens, completion_tokens, key_id, status, package_id, row_hash, "
    "core, sealed, charged FROM rows WHERE chain = ? ORDER BY seq";

IndexColumns columns_of(const Cursor& row) {
  return {row.count(0),
          row.time(1),
          row.count(2),
          row.count(3),
          row.count(4),
          row.text_or_null(5),
          std::string(row.text(6)),
          row.text_or_null(7),
          row.integer(11) != 0};
}

/// Follows one chain through its rows, with what only the database can tell.
class ChainCheck {
 public:
  ChainCheck(const proof::ChainId& id, std::uint64_t pruned_up_to)
      : follower_(id.tenant_id, id.app_id, 0, proof::kNoHash), pruned_up_to_(pruned_up_to) {}

  /// False from the first break on.
  bool add(const Cursor& row) {
    const std::string_view core = as_text(row.bytes(9));
    const ByteView sealed = row.bytes(10);
    const std::string row_hash = base::to_hex(row.bytes(8));
    const std::uint64_t place = follower_.next_seq();
    std::string whole;
    try {
      const auto text = row.is_null(10) ? std::nullopt : std::optional(std::string(as_text(sealed)));
      whole = proof::assemble_row(core, text, row_hash);
    } catch (const std::invalid_argument&) {
      return fail(place, "malformed_row", "the stored bytes are not the core of a row");
    }
    if (!follower_.add(whole)) return false;
    // The follower looks at JSON values; what is stored and was hashed are bytes.
    if (crypto::sha256_hex(core) != row_hash) {
      return fail(place, "row_hash_mismatch", "the stored bytes are not the ones that were hashed");
    }
    const auto view = read_core(core);
    if (!view) return fail(place, "malformed_row", "the stored bytes are not the core of a row");
    if (view->columns != columns_of(row)) {
      return fail(place, "index_mismatch", "a column beside the row says something else than the row");
    }
    if (!row.is_null(10) && crypto::sha256_hex(sealed) != view->content_hash) {
      return fail(place, "content_hash_mismatch", "the stored envelope is not the one that was hashed");
    }
    if (row.is_null(10) && !view->content_hash.empty() && place > pruned_up_to_) {
      return fail(place, "missing_envelope", "its envelope is missing, and no pruning record covers it");
    }
    return true;
  }

  /// After the last row.
  void end(const proof::ChainHead& expected) {
    const ChainReport& found = follower_.report();
    if (found.broken) return;
    const bool same_time = found.rows == 0 || follower_.last_ts() == expected.ts;
    if (found.last_seq != expected.seq || found.head_hash != expected.row_hash || !same_time) {
      fail(std::min(found.last_seq, expected.seq) + 1, "head_mismatch",
           "the chain ends at row " + std::to_string(found.last_seq) + ", and the store has kept row " +
               std::to_string(expected.seq) + " as its end");
    }
  }

  [[nodiscard]] const ChainReport& report() const noexcept { return follower_.report(); }

 private:
  bool fail(std::uint64_t seq, const char* reason, std::string detail) {
    return follower_.fail(seq, reason, std::move(detail));
  }

  proof::ChainFollower follower_;
  std::uint64_t pruned_up_to_;
};

void check_chains(Database& db, const ChainMap& chains, const OperatorRecords& operators,
                  FsckReport& report) {
  Statement select = db.prepare(kRowsOfChain);
  for (const auto& [id, chain] : chains) {
    const auto pruned = operators.pruned_up_to.find(id);
    ChainCheck check(id, pruned == operators.pruned_up_to.end() ? 0 : pruned->second);
    Cursor row = select.query(chain.id);
    while (row.step() && check.add(row)) {
    }
    check.end(chain.head);
    report.chains.push_back(check.report());
    report.rows += report.chains.back().rows;
  }
}

/// Rows of a chain that `chains` does not have. One index look-up a chain.
void check_for_strays(Database& db, const ChainMap& chains, FsckReport& report) {
  std::vector<std::int64_t> known;
  for (const auto& [id, chain] : chains) known.push_back(chain.id);
  std::sort(known.begin(), known.end());
  Statement next = db.prepare("SELECT chain FROM rows WHERE chain > ? ORDER BY chain LIMIT 1");
  for (std::int64_t at = INT64_MIN;;) {
    Cursor row = next.query(at);
    if (!row.step()) return;
    at = row.integer(0);
    if (!std::binary_search(known.begin(), known.end(), at)) {
      report.problems.push_back("there are rows of a chain that the store does not list (number " +
                                std::to_string(at) + ")");
    }
  }
}

/// A disk that cannot be read says nothing about what is on it.
bool is_of_disk(int code) noexcept {
  const int primary = code & 0xff;
  return primary == SQLITE_IOERR || primary == SQLITE_FULL || primary == SQLITE_NOMEM;
}

/// Of the last call of the database's file, or its log's, that the system refused; 0 where there was none.
int last_errno(Database& db) {
  int error = 0;
  sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  sqlite3_file* log = nullptr;
  sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (error == 0 && log != nullptr && log->pMethods != nullptr) {
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
  }
  return error;
}

void check_file(Database& db, FsckReport& report) {
  constexpr int kMost = 5;
  Statement check = db.prepare("PRAGMA integrity_check(" + std::to_string(kMost) + ")");
  Cursor row = check.query();
  while (row.step()) {
    const std::string found(row.text(0));
    // SQLite goes on after a page that it could not read, and says so in words like those for a wrong one.
    if (const int error = last_errno(db); error != 0 && found != "ok") {
      throw StoreError(std::generic_category().message(error), SQLITE_IOERR);
    }
    if (found != "ok") report.problems.push_back("SQLite finds: " + found);
  }
}

Error unreadable(const std::filesystem::path& data_dir, const std::string& why) {
  return {ErrorCode::unreadable_input, "the store in " + data_dir.string() + " could not be read: " + why};
}

}  // namespace

bool FsckReport::holds() const noexcept {
  return problems.empty() &&
         std::all_of(chains.begin(), chains.end(), [](const ChainReport& chain) { return chain.holds(); });
}

Result<FsckReport> fsck(const std::filesystem::path& data_dir) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(database_file(data_dir), error)) {
    return unreadable(data_dir, "there is no cogos.db in it");
  }
  std::optional<DirectoryLock> lock;
  std::optional<Database> db;
  try {
    lock.emplace(DirectoryLock::shared(data_dir));
    db.emplace(database_file(data_dir), Access::offline);
    require_current_schema(*db);
  } catch (const StoreError& failure) {
    return unreadable(data_dir, failure.what());
  }
  FsckReport report;
  try {
    const ChainMap chains = read_chains(*db);
    if (read_heads_digest(*db).value_or(HeadsDigest()).value() != digest_of(chains).value()) {
      report.problems.emplace_back("the heads of the chains are not those that the store wrote last");
    }
    check_for_strays(*db, chains, report);
    OperatorRecords operators = read_operator_records(*db, chains);
    for (std::string& problem : operators.problems) report.problems.push_back(std::move(problem));
    check_chains(*db, chains, operators, report);
    check_file(*db, report);
    report.space = read_file_space(*db);
  } catch (const StoreError& failure) {
    if (is_of_disk(failure.sqlite_code())) return unreadable(data_dir, failure.what());
    // An I/O error too is a malformed page to SQLite, where the system says EIO.
    if (const int number = last_errno(*db); number != 0) {
      return unreadable(data_dir, std::generic_category().message(number));
    }
    report.problems.push_back(std::string("the file is damaged: ") + failure.what());
  }
  return report;
}

}  // namespace cogos::store
