// What an append costs by the number of rows in one transaction, its fdatasync included.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "app/system_clock.hpp"
#include "crypto/system_random.hpp"
#include "store/batch.hpp"
#include "store/data_directory.hpp"
#include "store/schema.hpp"
#include "support/call_row.hpp"

namespace cogos::bench {
namespace {

/// A store of its own in the working directory: a temporary one may lie in memory, where a sync costs
/// nothing.
struct Disk {
  Disk() : directory(std::filesystem::current_path() / ("bench-store-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(directory);
    db.emplace(store::database_file(directory), store::Access::read_write);
    if (db->query_text("PRAGMA journal_mode=WAL") != "wal") throw store::StoreError("no write-ahead log");
    db->execute("PRAGMA synchronous=FULL");
    store::migrate(*db);
  }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  ~Disk() {
    db.reset();
    std::filesystem::remove_all(directory);
  }

  std::filesystem::path directory;
  std::optional<store::Database> db;
};

void append_rows(benchmark::State& state, bool with_signatures) {
  Disk disk;
  store::Database& db = *disk.db;
  store::RowStatements statements(db);
  store::Heads heads({});
  store::HeadsDigest digest;
  const app::SystemClock clock;
  crypto::SystemRandom random;
  const auto key = crypto::X25519PrivateKey::generate(random).public_key();
  std::int64_t next_chain = 1;
  store::Moment moment;
  const auto rows = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<store::WriteJob> jobs(rows);
    for (store::WriteJob& job : jobs) {
      job.row = test::call_row({"acme", "_default"});
      job.row->seal = proof::PendingSeal::prepare(key, test::call_content(), random).value();
      if (!with_signatures) continue;
      job.row->spent_signature.emplace().until = clock.now() + std::chrono::minutes{5};
      random.fill(job.row->spent_signature->mark);
    }
    // Out of the way, as the server's writer makes room in its log between batches.
    sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    state.ResumeTiming();
    store::Transaction transaction(db, store::Transaction::Kind::writing);
    store::Batch batch(db, statements, heads, next_chain, clock, clock.now(), moment);
    for (store::WriteJob& job : jobs) benchmark::DoNotOptimize(batch.add(job));
    batch.finish(digest);
    transaction.commit();
    next_chain = batch.next_chain_id();
    moment = batch.moment();
    heads.publish(batch.heads());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
void chain_append(benchmark::State& state) {
  append_rows(state, false);
}
/// Of calls that were signed: each leaves the mark of its signature too.
void chain_append_signed(benchmark::State& state) {
  append_rows(state, true);
}
BENCHMARK(chain_append_signed)
    ->Arg(1)
    ->Arg(8)
    ->Arg(32)
    ->Arg(128)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(chain_append)->Arg(1)->Arg(8)->Arg(32)->Arg(128)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cogos::bench
