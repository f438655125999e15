#include "base/json.hpp"
#include "cogos/audit_chain.hpp"
#include "proof/row_check.hpp"
#include "proof/wire.hpp"

namespace cogos {

struct ChainVerifier::State {
  ChainReport report;
  bool anchored = false;  ///< The row before the next one is known.
  TimePoint last_ts = TimePoint::min();

  bool fail(std::uint64_t seq, std::string reason, std::string detail) {
    report.broken = ChainBreak{seq, std::move(reason), std::move(detail)};
    return false;
  }

  bool take(const proof::CheckedRow& row);
  [[nodiscard]] std::uint64_t next_seq() const { return report.last_seq + 1; }
};

ChainVerifier::ChainVerifier() : state_(std::make_unique<State>()) {}

ChainVerifier::ChainVerifier(std::string tenant_id, std::string app_id, std::uint64_t seq,
                             std::string row_hash)
    : ChainVerifier() {
  state_->anchored = true;
  state_->report.tenant_id = std::move(tenant_id);
  state_->report.app_id = std::move(app_id);
  state_->report.last_seq = seq;
  state_->report.head_hash = std::move(row_hash);
}

ChainVerifier::ChainVerifier(ChainVerifier&&) noexcept = default;
ChainVerifier& ChainVerifier::operator=(ChainVerifier&&) noexcept = default;
ChainVerifier::~ChainVerifier() = default;

const ChainReport& ChainVerifier::report() const noexcept {
  return state_->report;
}

bool ChainVerifier::add(std::string_view row_json) {
  State& state = *state_;
  if (state.report.broken) return false;
  auto json = base::parse_json(row_json);
  if (!json) {
    return state.fail(state.anchored ? state.next_seq() : 0, "malformed_row", json.error().message());
  }
  std::optional<proof::RowFault> fault;
  const proof::CheckedRow row = proof::check_row(std::move(*json), fault);
  if (fault) {
    // A row whose hash does not hold cannot be believed about its own seq.
    return state.fail(state.anchored ? state.next_seq() : row.seq, fault->reason, fault->detail);
  }
  return state.take(row);
}

bool ChainVerifier::State::take(const proof::CheckedRow& row) {
  const bool first = report.rows == 0;
  if (!anchored) {
    if (row.seq == 0) return fail(0, "malformed_row", "seq starts at 1");
    report.tenant_id = row.tenant_id;
    report.app_id = row.app_id;
    report.last_seq = row.seq - 1;
    // A chain's first row has a known predecessor; a slice starts from what its first row says.
    report.head_hash = row.seq == 1 ? proof::kNoHash : row.prev_hash;
    anchored = true;
  }
  if (row.tenant_id != report.tenant_id || row.app_id != report.app_id) {
    return fail(next_seq(), "wrong_chain", "the row belongs to " + row.tenant_id + "/" + row.app_id);
  }
  if (row.seq != next_seq()) {
    return fail(row.seq, "seq_gap", "row " + std::to_string(next_seq()) + " should stand here");
  }
  if (row.prev_hash != report.head_hash) {
    return fail(row.seq, "prev_hash_mismatch", "its prev_hash is not the row_hash of the row before it");
  }
  if (row.ts < last_ts)
    return fail(row.seq, "ts_out_of_order", "it claims to be older than the row before it");
  if (first) {
    report.first_seq = row.seq;
    report.first_prev_hash = row.prev_hash;
  }
  ++report.rows;
  if (row.pruned) ++report.pruned;
  report.last_seq = row.seq;
  report.head_hash = row.row_hash;
  last_ts = row.ts;
  return true;
}

}  // namespace cogos
