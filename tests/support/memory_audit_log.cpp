#include "support/memory_audit_log.hpp"

#include "proof/wire.hpp"

namespace cogos::test {

void MemoryAuditLog::remember(const SpentSignature& spent, Remembered done) {
  if (failure_) {
    done(*failure_);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    spent_signatures_.push_back(spent);
  }
  done(Result<void>());
}

void MemoryAuditLog::append(proof::RowDraft draft, Appended done) {
  if (failure_) {
    done(*failure_);
    return;
  }
  proof::ChainHead head;
  {
    const std::lock_guard lock(mutex_);
    auto& chain = chains_[draft.chain];
    if (draft.spent_signature) spent_signatures_.push_back(*draft.spent_signature);
    head.seq = chain.size() + 1;
    head.ts = clock_.now();
    const std::string prev = chain.empty() ? proof::kNoHash : chain.back().built.row_hash;
    chain.push_back({proof::build_row(std::move(draft), head.seq, head.ts, prev), head.ts});
    head.row_hash = chain.back().built.row_hash;
  }
  done(head);
}

std::optional<proof::ChainHead> MemoryAuditLog::head(const proof::ChainId& chain) const {
  const std::lock_guard lock(mutex_);
  const auto found = chains_.find(chain);
  if (found == chains_.end()) return std::nullopt;
  const Row& last = found->second.back();
  return proof::ChainHead{found->second.size(), last.built.row_hash, last.ts};
}

std::map<std::string, proof::ChainHead> MemoryAuditLog::heads(std::string_view tenant_id) const {
  std::map<std::string, proof::ChainHead> heads;
  std::vector<proof::ChainId> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, rows] : chains_) ids.push_back(id);
  }
  for (const auto& id : ids) {
    if (id.tenant_id == tenant_id) heads.emplace(id.app_id, *head(id));
  }
  return heads;
}

void MemoryAuditLog::read(proof::AuditQuery query, PageRead done) {
  proof::AuditPage page;
  page.settled_before = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, rows] : chains_) {
      if (id.tenant_id != query.tenant_id || (query.app_id && id.app_id != *query.app_id)) continue;
      for (std::size_t i = query.after_seq.value_or(0); i < rows.size() && page.rows.size() < query.limit;
           ++i) {
        if (query.since && rows[i].ts < *query.since) continue;
        page.predecessors.emplace(id.app_id, i == 0 ? proof::kNoHash : rows[i - 1].built.row_hash);
        page.rows.push_back(
            {id.app_id, i + 1, rows[i].ts, rows[i].built.core, rows[i].built.sealed, rows[i].built.row_hash});
      }
    }
  }
  done(std::move(page));
}

std::vector<std::string> MemoryAuditLog::rows(const proof::ChainId& chain) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> texts;
  const auto found = chains_.find(chain);
  if (found == chains_.end()) return texts;
  for (const Row& row : found->second) {
    texts.push_back(proof::assemble_row(row.built.core, row.built.sealed, row.built.row_hash));
  }
  return texts;
}

}  // namespace cogos::test
