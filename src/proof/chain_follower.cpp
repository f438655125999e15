#include "proof/chain_follower.hpp"

#include "proof/wire.hpp"

namespace cogos::proof {

ChainFollower::ChainFollower(std::string tenant_id, std::string app_id, std::uint64_t seq,
                             std::string row_hash)
    : anchored_(true) {
  report_.tenant_id = std::move(tenant_id);
  report_.app_id = std::move(app_id);
  report_.last_seq = seq;
  report_.head_hash = std::move(row_hash);
}

bool ChainFollower::fail(std::uint64_t seq, std::string reason, std::string detail) {
  report_.broken = ChainBreak{seq, std::move(reason), std::move(detail)};
  return false;
}

bool ChainFollower::add(std::string_view row_json) {
  if (report_.broken) return false;
  std::optional<RowFault> fault;
  const CheckedRow row = check_row(row_json, fault);
  return take(row, fault);
}

bool ChainFollower::take(const CheckedRow& row, const std::optional<RowFault>& fault) {
  if (report_.broken) return false;
  // A row whose hash does not hold cannot be believed about its own seq.
  if (fault) return fail(anchored_ ? next_seq() : row.seq, fault->reason, fault->detail);
  const bool first = report_.rows == 0;
  if (!anchored_) {
    if (row.seq == 0) return fail(0, "malformed_row", "seq starts at 1");
    if (row.seq > 1 && row.prev_hash == kNoHash) {
      return fail(row.seq, "prev_hash_mismatch", "only row 1 has no row before it");
    }
    report_.tenant_id = row.tenant_id;
    report_.app_id = row.app_id;
    report_.last_seq = row.seq - 1;
    // A chain's first row has a known predecessor; a slice starts from what its first row says.
    report_.head_hash = row.seq == 1 ? kNoHash : row.prev_hash;
    anchored_ = true;
  }
  if (row.tenant_id != report_.tenant_id || row.app_id != report_.app_id) {
    return fail(next_seq(), "wrong_chain", "the row belongs to " + row.tenant_id + "/" + row.app_id);
  }
  if (row.seq != next_seq()) {
    return fail(row.seq, "seq_gap", "row " + std::to_string(next_seq()) + " should stand here");
  }
  if (row.prev_hash != report_.head_hash) {
    return fail(row.seq, "prev_hash_mismatch", "its prev_hash is not the row_hash of the row before it");
  }
  if (row.ts < last_ts_)
    return fail(row.seq, "ts_out_of_order", "it claims to be older than the row before it");
  if (first) {
    report_.first_seq = row.seq;
    report_.first_prev_hash = row.prev_hash;
  }
  ++report_.rows;
  if (row.pruned) ++report_.pruned;
  report_.last_seq = row.seq;
  report_.head_hash = row.row_hash;
  last_ts_ = row.ts;
  return true;
}

}  // namespace cogos::proof
