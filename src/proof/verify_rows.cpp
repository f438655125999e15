#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "cogos/audit_chain.hpp"
#include "cogos/receipt.hpp"
#include "crypto/hash.hpp"
#include "proof/audit_row.hpp"
#include "proof/chain_follower.hpp"
#include "proof/fails.hpp"
#include "proof/row_check.hpp"
#include "proof/rows_file.hpp"
#include "proof/sealed_envelope.hpp"
#include "proof/wire.hpp"

namespace cogos {
namespace {

/// Sorts rows into their chains and follows each.
class Sorter {
 public:
  struct Chain {
    proof::ChainId id;
    proof::ChainFollower follower;
    /// The row_hash of each row that held, from the first one on.
    std::vector<crypto::Digest> hashes;

    [[nodiscard]] bool has(const proof::CheckedRow& row) const {
      const std::uint64_t first = follower.report().first_seq;
      return row.seq >= first && row.seq - first < hashes.size() &&
             hashes[row.seq - first] == digest(row.row_hash);
    }
    /// The seq of the row with this hash.
    [[nodiscard]] std::optional<std::uint64_t> seq_of(const std::string& row_hash) const {
      const auto found = std::find(hashes.begin(), hashes.end(), digest(row_hash));
      if (found == hashes.end()) return std::nullopt;
      return follower.report().first_seq + static_cast<std::uint64_t>(found - hashes.begin());
    }
  };

  void take(std::string_view text) {
    std::optional<proof::RowFault> fault;
    const proof::CheckedRow row = proof::check_row(text, fault);
    Chain& chain = chain_for({row.tenant_id, row.app_id});
    if (!fault && chain.has(row)) {
      ++repeated_;
    } else if (chain.follower.take(row, fault)) {
      chain.hashes.push_back(digest(row.row_hash));
    }
  }

  [[nodiscard]] const std::vector<Chain>& chains() const noexcept { return chains_; }

  [[nodiscard]] RowsReport report() const {
    RowsReport report;
    report.repeated = repeated_;
    for (const Chain& chain : chains_) {
      report.chains.push_back(chain.follower.report());
      // A chain whose first row broke has not named itself yet.
      report.chains.back().tenant_id = chain.id.tenant_id;
      report.chains.back().app_id = chain.id.app_id;
    }
    return report;
  }

 private:
  /// All zeros, which is no hash of a row, for what is not 64 hex digits.
  static crypto::Digest digest(const std::string& hex) {
    crypto::Digest bytes{};
    const auto read = base::from_hex(hex);
    if (read && read->size() == bytes.size()) std::copy(read->begin(), read->end(), bytes.begin());
    return bytes;
  }

  Chain& chain_for(const proof::ChainId& id) {
    // Rows of one chain mostly stand together.
    if (last_ < chains_.size() && chains_[last_].id == id) return chains_[last_];
    const auto [place, added] = places_.try_emplace(id, chains_.size());
    if (added) chains_.push_back({id, {}, {}});
    last_ = place->second;
    return chains_[last_];
  }

  std::vector<Chain> chains_;
  std::map<proof::ChainId, std::size_t> places_;
  std::size_t last_ = 0;
  std::uint64_t repeated_ = 0;
};

Result<Sorter> sort_rows(std::string_view text) {
  Sorter sorter;
  const auto read = proof::for_each_row(text, [&sorter](std::string_view row) { sorter.take(row); });
  if (!read) return read.error();
  return sorter;
}

/// The PEM of `kid` in the answer of GET /attestation/keys, or the one PEM that was given.
Result<std::string> public_pem_for(std::string_view public_keys, const std::string& kid) {
  if (public_keys.find("-----BEGIN PUBLIC KEY-----") == 0) return std::string(public_keys);
  const auto json = base::parse_json(public_keys);
  if (!json) return Error(ErrorCode::unreadable_input, "the public keys are neither JSON nor a PEM");
  try {
    const Json& keys = json->is_array() ? *json : json->at("keys");
    for (const Json& key : keys) {
      if (key.at("kid") == kid) return key.at("public_pem").get<std::string>();
    }
  } catch (const Json::exception&) {
    return Error(ErrorCode::unreadable_input, "the public keys are not an answer of GET /attestation/keys");
  }
  return fails("the key " + kid + " is not among the public keys given");
}

Result<Attestation> verify_archived(std::string_view token, std::string_view public_keys) {
  const auto claimed = read_attestation(token);
  if (!claimed) return claimed.error();
  const auto pem = public_pem_for(public_keys, claimed->signer_kid);
  if (!pem) return pem.error();
  return verify_attestation_token(token, *pem);
}

/// The seq of the row that `head` names in `chain`; 0 is the start. A slice may begin right after it.
std::optional<std::uint64_t> place_of(const Sorter::Chain& chain, const std::string& head) {
  if (head == proof::kNoHash) return 0;
  if (const auto found = chain.seq_of(head)) return found;
  const ChainReport& report = chain.follower.report();
  if (report.rows > 0 && report.first_prev_hash == head) return report.first_seq - 1;
  return std::nullopt;
}

Result<SpanReport> span_in(const Sorter::Chain& chain, SpanReport report, std::uint64_t to) {
  report.chain = chain.follower.report();
  if (report.chain.broken) {
    return fails("the chain breaks at row " + std::to_string(report.chain.broken->seq) + ": " +
                 report.chain.broken->reason);
  }
  const auto from = place_of(chain, report.from_head);
  if (!from || *from + 1 < report.chain.first_seq) {
    return fails(
        "the first receipt's chain head is not in the rows: the rows do not reach back to it, or the "
        "chain was rewritten");
  }
  if (*from > to) return fails("the first receipt's row comes after the second's; exchange the two");
  report.rows_between = to - *from;
  return report;
}

UnsealedRow unseal(std::string_view text, const crypto::X25519PrivateKey& key) {
  UnsealedRow out;
  const auto row = base::parse_json(text);
  if (!row) {
    out.problem = "not a row: " + row.error().message();
    return out;
  }
  try {
    out.seq = row->at("seq").get<std::uint64_t>();
    out.tenant_id = row->at("tenant_id").get<std::string>();
    out.app_id = row->at("app_id").get<std::string>();
    const Json& envelope = row->at("sealed_content");
    if (envelope.is_null()) {
      out.problem = row->at("sealed").get<bool>() ? "pruned" : "not sealed";
      return out;
    }
    auto content = proof::open_envelope(base::canonical(envelope), key, out.tenant_id, out.app_id,
                                        row->at("ts").get_ref<const std::string&>());
    if (content) {
      out.content = std::move(*content);
    } else {
      out.problem = content.error().message();
    }
  } catch (const Json::exception&) {
    out.problem = "not a row: a member is missing or of a wrong type";
  }
  return out;
}

}  // namespace

bool RowsReport::holds() const noexcept {
  for (const ChainReport& chain : chains) {
    if (!chain.holds()) return false;
  }
  return true;
}

Result<RowsReport> verify_rows(std::string_view text, const std::optional<std::string>& expect_head) {
  const auto sorter = sort_rows(text);
  if (!sorter) return sorter.error();
  RowsReport report = sorter->report();
  if (!expect_head) return report;
  for (const ChainReport& chain : report.chains) {
    if (chain.head_hash == *expect_head) return report;
  }
  if (report.chains.empty()) report.chains.emplace_back();
  ChainReport& last = report.chains.back();
  if (!last.broken)
    last.broken = ChainBreak{last.last_seq, "head_mismatch", "no chain ends in the head expected"};
  return report;
}

Result<SpanReport> verify_span(std::string_view from_token, std::string_view to_token,
                               std::string_view public_keys, std::string_view rows_text) {
  const auto from = verify_archived(from_token, public_keys);
  if (!from) return from.error();
  const auto to = verify_archived(to_token, public_keys);
  if (!to) return to.error();
  const auto sorter = sort_rows(rows_text);
  if (!sorter) return sorter.error();

  SpanReport report;
  report.from_head = from->chain_head;
  report.to_head = to->chain_head;
  // Nothing was appended between the two: the head itself says so.
  if (report.from_head == report.to_head) return report;
  for (const Sorter::Chain& chain : sorter->chains()) {
    if (const auto place = chain.seq_of(report.to_head)) return span_in(chain, std::move(report), *place);
  }
  for (const Sorter::Chain& chain : sorter->chains()) {
    if (const auto& broken = chain.follower.report().broken) {
      return fails("the chain breaks at row " + std::to_string(broken->seq) + ": " + broken->reason);
    }
  }
  return fails(
      "the second receipt's chain head is not in the rows: rows are missing, or the chain was rewritten");
}

Result<std::vector<UnsealedRow>> unseal_rows(std::string_view text, std::string_view private_pem) {
  const auto key = crypto::X25519PrivateKey::from_pem(private_pem);
  if (!key) return Error(ErrorCode::unreadable_input, key.error().message());
  std::vector<UnsealedRow> opened;
  const auto take = [&](std::string_view text_of_row) { opened.push_back(unseal(text_of_row, *key)); };
  const auto read = proof::for_each_row(text, take);
  if (!read) return read.error();
  return opened;
}

}  // namespace cogos
