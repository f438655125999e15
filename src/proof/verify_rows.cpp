#include <map>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "cogos/audit_chain.hpp"
#include "cogos/receipt.hpp"
#include "cogos/sealed_envelope.hpp"
#include "crypto/hash.hpp"
#include "proof/audit_row.hpp"
#include "proof/rows_file.hpp"
#include "proof/wire.hpp"

namespace cogos {
namespace {

/// Sorts rows into their chains and follows each.
class Sorter {
 public:
  struct Chain {
    ChainVerifier verifier;
    std::map<std::uint64_t, crypto::Digest> seen;  ///< Digest of the whole row, by seq.
    std::map<std::string, std::uint64_t> seq_by_hash;
  };

  void take(const Json& row) {
    const std::string text = base::canonical(row);
    const auto id = chain_of(row);
    Chain& chain = chain_for(id);
    const crypto::Digest digest = crypto::sha256(as_bytes(text));
    const auto seq = seq_of(row);
    if (const auto known = chain.seen.find(seq); known != chain.seen.end() && known->second == digest) {
      ++repeated_;
      return;
    }
    if (!chain.verifier.add(text)) return;
    chain.seen.emplace(seq, digest);
    chain.seq_by_hash.emplace(chain.verifier.report().head_hash, seq);
  }

  [[nodiscard]] const std::vector<std::pair<proof::ChainId, Chain>>& chains() const noexcept {
    return chains_;
  }

  [[nodiscard]] RowsReport report() const {
    RowsReport report;
    report.repeated = repeated_;
    for (const auto& [id, chain] : chains_) {
      report.chains.push_back(chain.verifier.report());
      // A chain whose first row broke has not named itself yet.
      report.chains.back().tenant_id = id.tenant_id;
      report.chains.back().app_id = id.app_id;
    }
    return report;
  }

 private:
  static std::string member(const Json& row, const char* name) {
    if (!row.is_object()) return {};
    const auto found = row.find(name);
    return found != row.end() && found->is_string() ? found->get<std::string>() : std::string{};
  }
  static proof::ChainId chain_of(const Json& row) {
    return {member(row, "tenant_id"), member(row, "app_id")};
  }
  static std::uint64_t seq_of(const Json& row) {
    if (!row.is_object()) return 0;
    const auto found = row.find("seq");
    return found != row.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  }

  Chain& chain_for(const proof::ChainId& id) {
    for (auto& [known, chain] : chains_) {
      if (known == id) return chain;
    }
    return chains_.emplace_back(id, Chain{}).second;
  }

  std::vector<std::pair<proof::ChainId, Chain>> chains_;
  std::uint64_t repeated_ = 0;
};

Result<Sorter> sort_rows(std::string_view text) {
  Sorter sorter;
  const auto read = proof::for_each_row(text, [&sorter](const Json& row) { sorter.take(row); });
  if (!read) return read.error();
  return sorter;
}

Error fails(std::string why) {
  return {ErrorCode::verification_failed, std::move(why)};
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
  if (const auto found = chain.seq_by_hash.find(head); found != chain.seq_by_hash.end()) return found->second;
  const ChainReport& report = chain.verifier.report();
  if (report.rows > 0 && report.first_prev_hash == head) return report.first_seq - 1;
  return std::nullopt;
}

Result<SpanReport> span_in(const Sorter::Chain& chain, SpanReport report, std::uint64_t to) {
  report.chain = chain.verifier.report();
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
  for (const auto& [id, chain] : sorter->chains()) {
    const auto place = chain.seq_by_hash.find(report.to_head);
    if (place != chain.seq_by_hash.end()) return span_in(chain, std::move(report), place->second);
  }
  for (const auto& [id, chain] : sorter->chains()) {
    if (const auto& broken = chain.verifier.report().broken) {
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
  const auto take = [&](const Json& row) {
    UnsealedRow& out = opened.emplace_back();
    try {
      out.seq = row.at("seq").get<std::uint64_t>();
      out.tenant_id = row.at("tenant_id").get<std::string>();
      out.app_id = row.at("app_id").get<std::string>();
      const Json& envelope = row.at("sealed_content");
      if (envelope.is_null()) {
        out.problem = row.at("sealed").get<bool>() ? "pruned" : "not sealed";
        return;
      }
      auto content = open_envelope(base::canonical(envelope), private_pem, out.tenant_id, out.app_id,
                                   row.at("ts").get_ref<const std::string&>());
      if (content) {
        out.content = std::move(*content);
      } else {
        out.problem = content.error().message();
      }
    } catch (const Json::exception&) {
      out.problem = "not a row: a member is missing or of a wrong type";
    }
  };
  const auto read = proof::for_each_row(text, take);
  if (!read) return read.error();
  return opened;
}

}  // namespace cogos
