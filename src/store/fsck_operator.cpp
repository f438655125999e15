#include "store/fsck_operator.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "cogos/receipt.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "store/attestation_key_store.hpp"
#include "store/index_columns.hpp"

namespace cogos::store {
namespace {

std::string member(const Json& detail, const char* name) {
  const auto found = detail.find(name);
  return found != detail.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void note_pruning(const Json& detail, OperatorRecords& records) {
  if (member(detail, "event") != "prune") return;
  const std::string seq = member(detail, "up_to_seq");
  std::uint64_t up_to = 0;
  const auto [end, error] = std::from_chars(seq.data(), seq.data() + seq.size(), up_to);
  if (error != std::errc() || end != seq.data() + seq.size()) return;
  auto& pruned = records.pruned_up_to[{member(detail, "tenant_id"), member(detail, "app_id")}];
  pruned = std::max(pruned, up_to);
}

/// Why the key is not the one that the row recorded; empty where it is.
std::string contradiction(const keys::AttestationKeyRecord& key, const std::string& row_hash,
                          const Json& detail) {
  if (key.operator_row_hash != row_hash) return "names another row_hash";
  if (attestation_kid(key.public_pem) != key.kid) return "has a PEM of another kid";
  const auto pem = crypto::Ed25519PublicKey::from_pem(key.public_pem);
  if (!pem) return "has a PEM that is not an Ed25519 public key";
  if (crypto::sha256_hex(pem->spki_der()) != member(detail, "public_key_sha256")) {
    return "is not the key whose hash the row has";
  }
  return {};
}

}  // namespace

OperatorRecords read_operator_records(Database& db, const ChainMap& chains) {
  OperatorRecords records;
  std::map<std::uint64_t, keys::AttestationKeyRecord> keys;
  for (auto& key : read_attestation_keys(db)) {
    const auto seq = key.operator_seq;
    const std::string kid = key.kid;
    if (!keys.emplace(seq, std::move(key)).second) {
      records.problems.push_back("the attestation key " + kid + " names the row of another one");
    }
  }
  if (const auto found = chains.find(proof::kOperatorChain); found != chains.end()) {
    Statement select = db.prepare("SELECT seq, row_hash, core FROM rows WHERE chain = ? ORDER BY seq");
    Cursor row = select.query(found->second.id);
    while (row.step()) {
      const auto core = read_core(as_text(row.bytes(2)));
      if (!core) continue;  // The chain itself does not hold, which is reported there.
      auto detail = core->detail.empty() ? Result<Json>(Json::object()) : base::parse_json(core->detail);
      if (!detail) continue;
      note_pruning(*detail, records);
      const auto key = keys.find(row.count(0));
      if (key == keys.end()) {
        // Of all events only a new attestation key has this member (wire formats §4).
        if (!member(*detail, "public_key_sha256").empty()) {
          records.problems.push_back("the attestation key of _operator row " + std::to_string(row.count(0)) +
                                     " is missing");
        }
        continue;
      }
      if (auto why = contradiction(key->second, base::to_hex(row.bytes(1)), *detail); !why.empty()) {
        records.problems.push_back("the attestation key " + key->second.kid + " " + why);
      }
      keys.erase(key);
    }
  }
  for (const auto& [seq, key] : keys) {
    records.problems.push_back("the attestation key " + key.kid + " has no _operator row");
  }
  return records;
}

}  // namespace cogos::store
