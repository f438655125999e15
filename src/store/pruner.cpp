#include "store/pruner.hpp"

#include <future>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "store/blocking_read.hpp"
#include "store/index_columns.hpp"

namespace cogos::store {
namespace {

/// A row without its envelope, to be put back.
struct KeptRow {
  std::int64_t id = 0;
  IndexColumns columns;
  std::vector<std::uint8_t> row_hash;
  std::string core;
};

bool is_in(const PruneScope& scope, const proof::ChainId& chain) {
  if (chain.tenant_id.starts_with('_')) return false;
  if (scope.tenant_id && chain.tenant_id != *scope.tenant_id) return false;
  return !scope.app_id || chain.app_id == *scope.app_id;
}

/// Whether the stored bytes are those that the row's hashes are of.
bool is_genuine(const KeptRow& row, ByteView sealed) {
  if (crypto::sha256_hex(row.core) != base::to_hex(row.row_hash)) return false;
  const auto core = read_core(row.core);
  return core && core->content_hash == crypto::sha256_hex(sealed);
}

class Step {
 public:
  Step(Database& db, const PrunePlan& plan, const Pruner::Limits& limits)
      : db_(db), plan_(plan), limits_(limits) {}

  Result<PruneStep> run(std::uint64_t after_seq) {
    if (auto collected = collect(after_seq); !collected) return collected.error();
    put_back();
    return step_;
  }

 private:
  Result<void> collect(std::uint64_t after_seq) {
    Statement select = db_.prepare(
        "SELECT id, seq, ts_ms, http_status, prompt_tokens, completion_tokens, key_id, status, package_id, "
        "row_hash, core, sealed, charged FROM rows WHERE chain = ? AND seq > ? AND seq <= ? AND sealed IS "
        "NOT NULL "
        "ORDER BY seq");
    Cursor at = select.query(plan_.chain_number, after_seq, plan_.up_to_seq);
    step_.last_seq = plan_.up_to_seq;
    while (at.step()) {
      if (rows_.size() >= limits_.rows || step_.bytes >= limits_.bytes) {
        step_.more = true;
        step_.last_seq = rows_.back().columns.seq;
        return {};
      }
      const ByteView row_hash = at.bytes(9);
      KeptRow row{at.integer(0),
                  {at.count(1), at.time(2), at.count(3), at.count(4), at.count(5), at.text_or_null(6),
                   std::string(at.text(7)), at.text_or_null(8), at.integer(12) != 0},
                  {row_hash.begin(), row_hash.end()},
                  std::string(as_text(at.bytes(10)))};
      const ByteView sealed = at.bytes(11);
      if (!is_genuine(row, sealed)) {
        return Error(ErrorCode::verification_failed,
                     "row " + std::to_string(row.columns.seq) + " of " + plan_.chain.tenant_id + "/" +
                         plan_.chain.app_id +
                         " was changed after it was written; it is left as it is, run `cogos fsck`");
      }
      ++step_.rows;
      step_.bytes += sealed.size();
      rows_.push_back(std::move(row));
    }
    return {};
  }

  /// A row that merely got shorter would leave its page as it is, half empty, and rows to come go to the end
  /// of the table. Taken out and put back, the rows fill few pages and the others become free.
  void put_back() {
    Statement take_out = db_.prepare("DELETE FROM rows WHERE id = ?");
    Statement insert = db_.prepare(
        "INSERT INTO rows (id, chain, seq, ts_ms, http_status, prompt_tokens, completion_tokens, key_id, "
        "status, package_id, charged, row_hash, core, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,NULL)");
    for (const KeptRow& row : rows_) take_out.run(row.id);
    for (const KeptRow& row : rows_) {
      const IndexColumns& columns = row.columns;
      insert.run(row.id, plan_.chain_number, columns.seq, columns.ts, columns.http_status,
                 columns.prompt_tokens, columns.completion_tokens, columns.key_id, columns.status,
                 columns.package_id, columns.charged, ByteView(row.row_hash), as_bytes(row.core));
    }
  }

  Database& db_;
  const PrunePlan& plan_;
  const Pruner::Limits& limits_;
  PruneStep step_;
  std::vector<KeptRow> rows_;
};

}  // namespace

std::map<std::string, std::string> prune_record(const PrunePlan& plan, TimePoint before) {
  return {{"event", "prune"},
          {"tenant_id", plan.chain.tenant_id},
          {"app_id", plan.chain.app_id},
          {"up_to_seq", std::to_string(plan.up_to_seq)},
          {"before", to_rfc3339(before)},
          {"rows", std::to_string(plan.rows)},
          {"bytes", std::to_string(plan.bytes)}};
}

std::vector<PrunePlan> Pruner::plan(const PruneScope& scope) {
  return read_blocking(readers_, [&scope](Database& db) {
    std::vector<PrunePlan> plans;
    {
      // Times do not run back within a chain: what is older than a moment is a beginning of it.
      Statement select = db.prepare(
          "SELECT id, tenant_id, app_id, (SELECT seq FROM rows WHERE chain = chains.id AND ts_ms < ? "
          "ORDER BY ts_ms DESC, seq DESC LIMIT 1) FROM chains ORDER BY tenant_id, app_id");
      Cursor at = select.query(scope.before);
      while (at.step()) {
        PrunePlan plan{{std::string(at.text(1)), std::string(at.text(2))}, at.integer(0), at.count(3), 0, 0};
        if (is_in(scope, plan.chain) && plan.up_to_seq > 0) plans.push_back(std::move(plan));
      }
    }
    Statement count = db.prepare(
        "SELECT count(*), sum(length(sealed)) FROM rows WHERE chain = ? AND seq <= ? AND sealed IS NOT NULL");
    for (PrunePlan& plan : plans) {
      Cursor at = count.query(plan.chain_number, plan.up_to_seq);
      if (!at.step()) continue;
      plan.rows = at.count(0);
      plan.bytes = at.count(1);
    }
    std::erase_if(plans, [](const PrunePlan& plan) { return plan.rows == 0; });
    return plans;
  });
}

Result<PruneStep> Pruner::erase(const PrunePlan& plan, std::uint64_t after_seq,
                                std::optional<proof::RowDraft> record, const Limits& limits) {
  std::promise<Result<proof::ChainHead>> done;
  PruneStep step;
  WriteJob job;
  job.row = std::move(record);
  job.mutation = [&](const proof::ChainHead&) -> Result<void> {
    auto erased = Step(writer_.database(), plan, limits).run(after_seq);
    if (!erased) return erased.error();
    step = *erased;
    return {};
  };
  job.done = [&done](Result<proof::ChainHead> outcome) { done.set_value(std::move(outcome)); };
  writer_.submit(std::move(job));
  const auto outcome = done.get_future().get();
  if (!outcome) return outcome.error();
  return step;
}

FileSpace Pruner::space() {
  return read_blocking(readers_, [](Database& db) { return read_file_space(db); });
}

}  // namespace cogos::store
