#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "store/statement.hpp"
#include "store/store_error.hpp"

namespace cogos::store {

enum class Access : std::uint8_t {
  read_write,  ///< Makes the file where it is missing.
  read_only,   ///< Beside a running writer.
  offline,     ///< Reads a store that nobody has open, its write-ahead log included, and touches no file.
};

/// One connection to SQLite, used by one thread at a time. Checkpoints neither by itself nor on closing;
/// waits two seconds at most for locks of others. Every call throws StoreError where SQLite reports a
/// failure.
class Database {
 public:
  /// `vfs` empty: SQLite's default. Offline access has a VFS of its own.
  Database(const std::filesystem::path& file, Access access, const std::string& vfs = {});

  /// Compiled once and kept by the caller; not to outlive the connection.
  [[nodiscard]] Statement prepare(std::string_view sql);
  /// For statements that run once: schema, pragmas.
  void execute(const std::string& sql);
  /// The first column of the first row, as a number or text; empty text where there is none. Runs to the end.
  [[nodiscard]] std::int64_t query_integer(std::string_view sql);
  [[nodiscard]] std::string query_text(std::string_view sql);

  [[nodiscard]] bool in_transaction() const noexcept;
  /// For what only the C interface offers.
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }

 private:
  friend class Transaction;
  friend class Savepoint;
  struct Closer {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
  };
  /// Compiled once for Transaction and Savepoint.
  struct Control {
    Statement begin, begin_writing, commit, rollback, savepoint, release, rollback_to;
  };

  std::unique_ptr<sqlite3, Closer> handle_;
  std::unique_ptr<Control> control_;
};

/// A transaction that is rolled back unless commit() returned. A failed COMMIT throws; what SQLite left open
/// is rolled back then.
class Transaction {
 public:
  enum class Kind : std::uint8_t { reading, writing };
  Transaction(Database& db, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& db_;
};

/// Part of a transaction that can be undone by itself; undone unless release() was called. They do not nest.
class Savepoint {
 public:
  explicit Savepoint(Database& db);
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint();
  void release();

 private:
  Database& db_;
  bool open_ = true;
};

}  // namespace cogos::store
