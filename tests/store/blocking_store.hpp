#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "cogos/audit_chain.hpp"
#include "crypto/system_random.hpp"
#include "keys/mint.hpp"
#include "store/data_directory.hpp"
#include "store/fsck.hpp"
#include "store/schema.hpp"
#include "store/store.hpp"
#include "support/manual_clock.hpp"

namespace cogos::store {

/// A real store in a directory of its own, with blocking calls.
class BlockingStoreTest : public ::testing::Test {
 protected:
  BlockingStoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cogos-store-XXXXXX").string();
    root = ::mkdtemp(pattern.data());
    options.data_dir = root / "data";
    open();
  }
  ~BlockingStoreTest() override {
    store.reset();
    std::filesystem::remove_all(root);
  }

  void open() { store = std::make_unique<Store>(options, clock); }
  void reopen() {
    store.reset();
    open();
  }

  /// A store as a build of that schema version left it, with what `sql` puts in; not open.
  void become_older(int version, const std::string& sql) {
    store.reset();
    const auto file = database_file(options.data_dir);
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
    Database db(file, Access::read_write);
    migrate(db, version);
    db.execute(sql);
  }

  proof::RowDraft draft(const std::string& app, const std::string& tenant = "acme") {
    proof::RowDraft row;
    row.chain = {tenant, app};
    row.key_id = "k1";
    row.method = "POST";
    row.route = "/v1/chat/completions";
    row.http_status = 200;
    row.status = "success";
    row.prompt_tokens = 3;
    row.completion_tokens = 4;
    row.package_id = "team";
    row.rev = "1.0.0+test";
    row.signer_kid = "0011223344556677";
    if (tenant[0] != '_') {
      row.seal =
          proof::PendingSeal::prepare(customer.public_key(), R"({"request_id":"req-1"})", random).value();
    }
    return row;
  }
  Result<proof::ChainHead> append(proof::RowDraft row) {
    std::promise<Result<proof::ChainHead>> done;
    store->audit_log().append(std::move(row),
                              [&done](Result<proof::ChainHead> head) { done.set_value(std::move(head)); });
    return done.get_future().get();
  }
  Result<proof::ChainHead> append(const std::string& app) { return append(draft(app)); }

  proof::AuditPage read(const proof::AuditQuery& query) {
    std::promise<Result<proof::AuditPage>> done;
    store->audit_log().read(query,
                            [&done](Result<proof::AuditPage> page) { done.set_value(std::move(page)); });
    return done.get_future().get().value();
  }
  static proof::AuditQuery all(std::uint32_t limit = 100'000) {
    proof::AuditQuery query;
    query.tenant_id = "acme";
    query.limit = limit;
    return query;
  }
  /// Every row of the tenant, chain by chain, as the offline verifier sees it.
  RowsReport verify_all() {
    std::string rows = "[";
    for (const auto& row : read(all()).rows) {
      if (rows.size() > 1) rows += ',';
      rows += proof::assemble_row(row.core, row.sealed, row.row_hash);
    }
    return verify_rows(rows + "]").value();
  }

  /// What somebody does to the file while nobody has it open.
  void tamper(const std::string& sql) {
    store.reset();
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((options.data_dir / "cogos.db").c_str(), &db), SQLITE_OK);
    char* problem = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &problem), SQLITE_OK)
        << (problem ? problem : "");
    sqlite3_free(problem);
    sqlite3_close(db);
  }

  std::filesystem::path root;
  StoreOptions options;
  test::ManualClock clock;
  crypto::SystemRandom random;
  crypto::X25519PrivateKey customer = crypto::X25519PrivateKey::generate(random);
  std::unique_ptr<Store> store;
};

}  // namespace cogos::store
