#include "store/chain_table.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace cogos::store {

ChainMap read_chains(Database& db) {
  ChainMap chains;
  Statement select = db.prepare("SELECT id, tenant_id, app_id, height, head_hash, head_ts_ms FROM chains");
  Cursor row = select.query();
  while (row.step()) {
    chains.emplace(proof::ChainId{std::string(row.text(1)), std::string(row.text(2))},
                   KnownChain{row.integer(0), {row.count(3), base::to_hex(row.bytes(4)), row.time(5)}});
  }
  return chains;
}

void check_ends(Database& db, const ChainMap& chains) {
  Statement last =
      db.prepare("SELECT seq, row_hash, ts_ms FROM rows WHERE chain = ? ORDER BY seq DESC LIMIT 1");
  for (const auto& [id, chain] : chains) {
    Cursor row = last.query(chain.id);
    const bool same = row.step() && row.count(0) == chain.head.seq &&
                      base::to_hex(row.bytes(1)) == chain.head.row_hash && row.time(2) == chain.head.ts;
    if (!same) {
      throw StoreError("the chain " + id.tenant_id + "/" + id.app_id + " does not end at row " +
                       std::to_string(chain.head.seq) +
                       ", where the store says that it ends; run `cogos fsck` and restore a backup");
    }
  }
}

std::optional<HeadsDigest> read_heads_digest(Database& db) {
  Statement select = db.prepare("SELECT value FROM meta WHERE name = 'heads_digest'");
  Cursor row = select.query();
  if (!row.step()) return std::nullopt;
  crypto::Digest value{};
  if (row.bytes(0).size() != value.size()) throw StoreError("the digest over all heads has a wrong length");
  std::copy_n(row.bytes(0).begin(), value.size(), value.begin());
  return HeadsDigest(value);
}

HeadsDigest digest_of(const ChainMap& chains) {
  HeadsDigest digest;
  for (const auto& [id, chain] : chains) digest.toggle(id, chain.head);
  return digest;
}

}  // namespace cogos::store
