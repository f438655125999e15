#pragma once

#include "cogos/audit_chain.hpp"
#include "proof/row_check.hpp"

namespace cogos::proof {

/// Follows one chain through rows that check_row has looked at; ChainVerifier does both.
class ChainFollower {
 public:
  /// The chain is that of the first row; it may begin anywhere.
  ChainFollower() = default;
  /// As the constructor of ChainVerifier.
  ChainFollower(std::string tenant_id, std::string app_id, std::uint64_t seq, std::string row_hash);

  /// Checks the row and takes it. False from the first break on.
  bool add(std::string_view row_json);
  /// Takes a row with what check_row said of it.
  bool take(const CheckedRow& row, const std::optional<RowFault>& fault);
  /// For what only the caller can know of the row that stands at `seq`. Gives false.
  bool fail(std::uint64_t seq, std::string reason, std::string detail);

  [[nodiscard]] const ChainReport& report() const noexcept { return report_; }
  [[nodiscard]] TimePoint last_ts() const noexcept { return last_ts_; }
  /// The place after the last row that held.
  [[nodiscard]] std::uint64_t next_seq() const noexcept { return report_.last_seq + 1; }

 private:
  ChainReport report_;
  bool anchored_ = false;  ///< The row before the next one is known.
  TimePoint last_ts_ = TimePoint::min();
};

}  // namespace cogos::proof
