// A store of the first schema, made by the build that wrote that schema (first_schema/store.sql), is taken
// forward by this one: whole, or not at all, wherever it is interrupted.

#include <sqlite3.h>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "store/data_directory.hpp"
#include "store/disk_test.hpp"
#include "store/fsck.hpp"
#include "store/schema.hpp"
#include "store/store.hpp"
#include "support/manual_clock.hpp"
#include "support/project_files.hpp"

namespace cogos::store {
namespace {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Migration : public DiskTest {
 protected:
  Migration() {
    const fs::path file = root / "first.db";
    sqlite3* db = nullptr;
    sqlite3_open(file.c_str(), &db);
    const std::string sql = read_bytes(test::project_dir() / "tests/store/first_schema/store.sql");
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr);
    sqlite3_close(db);
    image.emplace(data_dir() / "cogos.db", read_bytes(file));
    schema_of_the_first = schema_of(file);
    lay_out(image, data_dir());
    promised = rows_of(data_dir());
    EXPECT_EQ(promised.size(), 14U);
  }

  static std::string schema_of(const fs::path& file) {
    Database db(file, Access::read_write);
    return db.query_text(
        "SELECT group_concat(type || ' ' || name || ' ' || sql, char(10)) FROM "
        "(SELECT * FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name)");
  }

  /// Rows and keys, as they must stay whatever the version.
  static std::vector<std::string> rows_of(const fs::path& directory) {
    Database db(database_file(directory), Access::offline);
    Statement select = db.prepare(
        "SELECT chain || ' ' || seq || ' ' || hex(row_hash) || ' ' || hex(core) || ' ' || "
        "ifnull(hex(sealed), '') FROM rows ORDER BY chain, seq");
    std::vector<std::string> found;
    Cursor row = select.query();
    while (row.step()) found.emplace_back(row.text(0));
    return found;
  }

  static std::int64_t version_of(const fs::path& directory) {
    Database db(database_file(directory), Access::offline);
    return db.query_integer("PRAGMA user_version");
  }

  /// Takes the store forward where nothing fails, and gives what is wrong with it then.
  std::optional<std::string> broken(const fs::path& directory) {
    if (rows_of(directory) != promised) return "rows were lost or changed before it was opened";
    versions.insert(version_of(directory));
    StoreOptions usual;
    usual.data_dir = directory;
    try {
      Store(usual, clock).close();
    } catch (const StoreError& error) {
      return std::string("it does not open: ") + error.what();
    }
    if (version_of(directory) != kSchemaVersion) return "it was not taken to this version";
    if (rows_of(directory) != promised) return "rows were lost or changed";
    const auto checked = fsck(directory);
    if (!checked) return checked.error().message();
    return checked->holds() ? std::nullopt : std::optional<std::string>("fsck finds something");
  }

  DiskImage image;
  std::string schema_of_the_first;
  std::vector<std::string> promised;
  std::set<std::int64_t> versions;  ///< That broken() met.
  test::ManualClock clock;
};

TEST_F(Migration, KeepsEveryRow) {
  EXPECT_EQ(broken(data_dir()), std::nullopt);
  EXPECT_EQ(versions, std::set<std::int64_t>{1});
}

TEST_F(Migration, IsWholeOrNotAtAllWhereverThePowerFails) {
  DiskJournal journal;
  start_from(image, journal);
  const std::size_t begun = journal.size();
  Store(options(), clock).close();
  record_disk(nullptr);
  const auto requests = journal.requests();
  EXPECT_GT(requests.size(), begun + 30);
  std::mt19937_64 random(20'260'301);
  for (std::size_t cut = begun; cut <= requests.size(); ++cut) {
    for (int seed = 0; seed < 3; ++seed) {
      lay_out(after_power_cut(requests, cut, random), root / "after");
      ASSERT_EQ(broken(root / "after"), std::nullopt) << "cut after request " << cut;
    }
  }
  EXPECT_EQ(versions.size(), std::size_t{kSchemaVersion}) << "each version was met as the last one on disk";
}

TEST_F(Migration, IsWholeOrNotAtAllWhateverCallToTheDiskFails) {
  std::size_t refused = 0;
  for (const DiskCall call :
       {DiskCall::open, DiskCall::read, DiskCall::write, DiskCall::truncate, DiskCall::sync, DiskCall::size,
        DiskCall::lock, DiskCall::map_shared, DiskCall::lock_shared}) {
    for (const Failure failure : {Failure::io_error, Failure::full}) {
      if (failure == Failure::full && call != DiskCall::write) continue;
      for (std::uint64_t n = 0;; ++n) {
        DiskJournal journal;
        start_from(image, journal);
        set_fault({failure, call, std::nullopt, n, true});
        try {
          Store(options(), clock).close();
        } catch (const StoreError& error) {
          EXPECT_STRNE(error.what(), "");
          ++refused;
        }
        clear_fault();
        record_disk(nullptr);
        if (faults_met() == 0) break;
        ASSERT_EQ(broken(data_dir()), std::nullopt) << "call " << n << " of kind " << static_cast<int>(call);
      }
    }
  }
  EXPECT_GT(refused, 100U);
}

/// What has been written by a version that others have must not be made otherwise by a later one: a step is
/// added, never changed.
TEST_F(Migration, HasStepsThatAreNeverChanged) {
  const std::array<const char*, kSchemaVersion> kKnown{"391122f288a584d5", "c38454e518505c34",
                                                       "c309c5b35bb7e3fa", "f90f8365f230ab79",
                                                       "9fac97bf031d41a6", "324aa917182d8948"};
  for (int version = 1; version <= kSchemaVersion; ++version) {
    const fs::path file = root / ("version-" + std::to_string(version) + ".db");
    {
      Database db(file, Access::read_write);
      migrate(db, version);
    }
    const std::string schema = schema_of(file);
    if (version == 1) {
      EXPECT_EQ(schema, schema_of_the_first);
    }
    EXPECT_EQ(crypto::sha256_hex(schema).substr(0, 16), kKnown.at(static_cast<std::size_t>(version) - 1))
        << "version " << version << " is\n"
        << schema;
  }
}

}  // namespace
}  // namespace cogos::store
