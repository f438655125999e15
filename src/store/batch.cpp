#include "store/batch.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "proof/wire.hpp"
#include "store/errors.hpp"
#include "store/index_columns.hpp"

namespace cogos::store {
namespace {

constexpr std::uint64_t kMaxInteger = (std::uint64_t{1} << 53U) - 1;

/// A row that verifiers would call broken must not get into a chain that is kept for good.
std::optional<std::string> unfit(const proof::RowDraft& row) {
  if (!proof::is_app_name(row.chain.app_id)) return "app_id is not a name";
  const bool of_system = row.chain.tenant_id.starts_with('_');
  if (!of_system && !proof::is_name(row.chain.tenant_id)) return "tenant_id is not a name";
  if (!of_system && !row.seal) return "a customer's row without a seal";
  for (const std::uint64_t number :
       {row.http_status, row.prompt_tokens, row.completion_tokens, row.latency_ms}) {
    // Halved, since the sum of the tokens is a member too.
    if (number > kMaxInteger / 2) return "a number out of range";
  }
  return std::nullopt;
}

std::vector<std::uint8_t> hash_bytes(const std::string& hex) {
  auto bytes = base::from_hex(hex);
  if (!bytes) throw StoreError("a row hash that is not hexadecimal");
  return std::move(*bytes);
}

}  // namespace

RowStatements::RowStatements(Database& db)
    : insert_row(db.prepare("INSERT INTO rows (chain, seq, ts_ms, http_status, prompt_tokens, "
                            "completion_tokens, key_id, status, package_id, charged, row_hash, core, "
                            "sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")),
      put_chain(db.prepare("INSERT INTO chains (id, tenant_id, app_id, height, head_hash, head_ts_ms) "
                           "VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET height = excluded.height, "
                           "head_hash = excluded.head_hash, head_ts_ms = excluded.head_ts_ms")),
      put_digest(db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('heads_digest', ?)")),
      spent_signatures(db) {}

Result<proof::ChainHead> Batch::add(WriteJob& job) {
  if (job.mutation) return add_undoable(job);
  return place(std::move(*job.row));
}

Result<proof::ChainHead> Batch::add_all(WriteJob& job) {
  Savepoint savepoint(db_);
  proof::ChainHead head;
  if (job.row) {
    auto placed = place(std::move(*job.row));
    if (!placed) return placed;
    head = std::move(*placed);
  }
  if (job.second_row) {
    if (auto placed = place(std::move(*job.second_row)); !placed) return placed;
  }
  try {
    if (auto changed = job.mutation(head); !changed) return changed.error();
  } catch (const StoreError& error) {
    if (error.primary_code() != SQLITE_CONSTRAINT) throw;
    return constraint_failed(error);
  }
  savepoint.release();
  return head;
}

Result<proof::ChainHead> Batch::add_undoable(WriteJob& job) {
  std::vector<std::pair<proof::ChainId, std::optional<KnownChain>>> before;
  const auto note = [&](const proof::ChainId& chain) {
    const auto pending = heads_.find(chain);
    before.emplace_back(chain, pending == heads_.end() ? std::nullopt : std::optional(pending->second));
  };
  if (job.row) note(job.row->chain);
  if (job.second_row) note(job.second_row->chain);
  const auto rows = rows_;
  const auto newest = newest_;
  const auto moment = moment_;
  const auto next_chain_id = next_chain_id_;
  auto outcome = add_all(job);
  if (!outcome) {
    for (const auto& [chain, known] : before) {
      if (known) {
        heads_.insert_or_assign(chain, *known);
      } else {
        heads_.erase(chain);
      }
    }
    rows_ = rows;
    newest_ = newest;
    moment_ = moment;
    next_chain_id_ = next_chain_id;
  }
  return outcome;
}

KnownChain Batch::chain_now(const proof::ChainId& chain) const {
  if (const auto pending = heads_.find(chain); pending != heads_.end()) return pending->second;
  if (auto known = durable_.find(chain)) return std::move(*known);
  return {next_chain_id_, {0, proof::kNoHash, TimePoint::min()}};
}

TimePoint Batch::next_time() const {
  // newest_ is never below the times of the rows before it, in this chain and in all others.
  const TimePoint ts = std::max(clock_.now(), newest_);
  const bool full = ts == moment_.ts && moment_.rows >= kMaxRowsAMoment;
  return full ? ts + std::chrono::milliseconds{1} : ts;
}

Result<proof::ChainHead> Batch::place(proof::RowDraft draft) {
  if (auto why = unfit(draft)) return unavailable("the row was refused: " + *why);
  const proof::ChainId id = draft.chain;
  KnownChain chain = chain_now(id);
  const std::uint64_t seq = chain.head.seq + 1;
  const TimePoint ts = next_time();
  const IndexColumns columns = index_columns(draft, seq, ts);
  const auto spent = draft.spent_signature;
  proof::BuiltRow row;
  try {
    row = proof::build_row(std::move(draft), seq, ts, chain.head.row_hash);
  } catch (const std::exception& error) {
    return unavailable(std::string("the row could not be built: ") + error.what());
  }
  const std::optional<ByteView> sealed = row.sealed ? std::optional(as_bytes(*row.sealed)) : std::nullopt;
  statements_.insert_row.run(chain.id, seq, ts, columns.http_status, columns.prompt_tokens,
                             columns.completion_tokens, columns.key_id, columns.status, columns.package_id,
                             columns.charged, ByteView(hash_bytes(row.row_hash)), as_bytes(row.core), sealed);
  if (spent) statements_.spent_signatures.add(*spent);
  if (chain.id == next_chain_id_) ++next_chain_id_;
  chain.head = {seq, std::move(row.row_hash), ts};
  newest_ = ts;
  moment_ = {ts, moment_.ts == ts ? moment_.rows + 1 : 1};
  ++rows_;
  return heads_.insert_or_assign(id, std::move(chain)).first->second.head;
}

void Batch::finish(HeadsDigest& digest) {
  if (heads_.empty()) return;
  for (const auto& [id, chain] : heads_) {
    statements_.put_chain.run(chain.id, id.tenant_id, id.app_id, chain.head.seq,
                              ByteView(hash_bytes(chain.head.row_hash)), chain.head.ts);
    if (const auto before = durable_.find(id)) digest.toggle(id, before->head);
    digest.toggle(id, chain.head);
  }
  statements_.put_digest.run(digest.value());
  statements_.spent_signatures.trim(clock_.now());
}

}  // namespace cogos::store
