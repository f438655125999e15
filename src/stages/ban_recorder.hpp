#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "keys/defence_observer.hpp"
#include "keys/operator_rows.hpp"
#include "proof/audit_log.hpp"

namespace cogos::stages {

/// Appends the `_operator` row that each ban owes, without waiting for it. Thread-safe. A flood of bans
/// cannot fill the audit log's queue: of more than 64 rows that wait at once the further ones are left out,
/// and the next row says how many.
class BanRecorder {
 public:
  /// All must outlive the log's last callback.
  BanRecorder(proof::AuditLog& log, const keys::OperatorRows& rows, keys::DefenceObserver& observer)
      : log_(log), rows_(rows), observer_(observer), state_(std::make_shared<State>()) {}

  /// `reason` is `authentication_failures` or `scanner_hits`, of which there were `count` within a minute.
  void record(const boost::asio::ip::address& peer, std::string_view reason, std::uint32_t count,
              std::chrono::seconds length);

  static constexpr std::uint32_t kMaxWaiting = 64;

 private:
  struct State {
    std::atomic<std::uint32_t> waiting{0};
    std::atomic<std::uint64_t> left_out{0};
  };

  proof::AuditLog& log_;
  const keys::OperatorRows& rows_;
  keys::DefenceObserver& observer_;
  const std::shared_ptr<State> state_;  // callbacks share it: they may come after this has gone
};

}  // namespace cogos::stages
