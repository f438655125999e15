#include "store/tail_check.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "proof/chain_follower.hpp"
#include "proof/wire.hpp"
#include "store/chain_table.hpp"
#include "store/index_columns.hpp"

namespace cogos::store {
namespace {

struct Chain {
  proof::ChainId id;
  KnownChain known;
};

/// At most kTailChains, by their number, beginning after `last` and going round.
std::vector<Chain> next_chains(const ChainMap& all, std::int64_t& last) {
  std::vector<Chain> chains;
  for (const auto& [id, known] : all) chains.push_back({id, known});
  std::sort(chains.begin(), chains.end(),
            [](const Chain& a, const Chain& b) { return a.known.id < b.known.id; });
  const auto first =
      std::upper_bound(chains.begin(), chains.end(), last,
                       [](std::int64_t number, const Chain& chain) { return number < chain.known.id; });
  std::rotate(chains.begin(), first, chains.end());
  if (chains.size() > kTailChains) chains.resize(kTailChains);
  if (!chains.empty()) last = chains.back().known.id;
  return chains;
}

/// What is wrong with one stored row beyond what a follower sees of its JSON.
std::optional<std::string> fault_of(const Cursor& row, std::string_view core, const std::string& row_hash) {
  if (crypto::sha256_hex(core) != row_hash) return "its bytes are not the ones that were hashed";
  const auto view = read_core(core);
  if (!view) return "its bytes are not the core of a row";
  if (!row.is_null(2) && crypto::sha256_hex(row.bytes(2)) != view->content_hash) {
    return "its envelope is not the one that was hashed";
  }
  return std::nullopt;
}

std::optional<std::string> check_chain(Statement& tail, const Chain& chain, std::uint64_t& rows) {
  const proof::ChainHead& head = chain.known.head;
  const std::string where = "chain " + chain.id.tenant_id + "/" + chain.id.app_id;
  const auto height = static_cast<std::int64_t>(head.seq);
  proof::ChainFollower follower;
  Cursor row = tail.query(chain.known.id, std::max<std::int64_t>(height - kTailRows, 0));
  while (row.step()) {
    ++rows;
    const std::string_view core = as_text(row.bytes(0));
    const std::string row_hash = base::to_hex(row.bytes(1));
    const auto sealed = row.is_null(2) ? std::nullopt : std::optional(std::string(as_text(row.bytes(2))));
    if (auto fault = fault_of(row, core, row_hash)) return where + ": a row: " + *fault;
    if (!follower.add(proof::assemble_row(core, sealed, row_hash))) {
      return where + ": " + follower.report().broken->reason;
    }
  }
  const ChainReport& report = follower.report();
  if (report.last_seq != head.seq || report.head_hash != head.row_hash) {
    return where + ": it does not end where the store has kept its end";
  }
  return std::nullopt;
}

}  // namespace

proof::TailCheck check_tails(Database& db, std::int64_t& last_chain) {
  Transaction one_state(db, Transaction::Kind::reading);
  proof::TailCheck check;
  const ChainMap all = read_chains(db);
  if (read_heads_digest(db).value_or(HeadsDigest()).value() != digest_of(all).value()) {
    check.problem = "the heads of the chains are not those that the store wrote";
  }
  Statement tail =
      db.prepare("SELECT core, row_hash, sealed FROM rows WHERE chain = ? AND seq > ? ORDER BY seq");
  for (const Chain& chain : next_chains(all, last_chain)) {
    ++check.chains;
    std::optional<std::string> problem;
    try {
      problem = check_chain(tail, chain, check.rows);
    } catch (const std::invalid_argument&) {
      problem = "a row's stored bytes are not the core of a row";
    }
    if (problem && !check.problem) check.problem = std::move(problem);
  }
  one_state.commit();
  return check;
}

}  // namespace cogos::store
