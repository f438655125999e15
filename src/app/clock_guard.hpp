#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string_view>

#include "app/log.hpp"
#include "base/clock_watch.hpp"
#include "keys/operator_rows.hpp"
#include "proof/audit_log.hpp"

namespace cogos::app {

/// Looks at the clock once a second. A jump, either way, is logged and appended to `_operator` as
/// `clock.jump`. It corrects nothing: rows keep their order because the store gives none an older time.
class ClockGuard {
 public:
  /// All arguments must outlive the guard, `io` by its last run.
  ClockGuard(boost::asio::io_context& io, const Clock& clock, Log& log, proof::AuditLog& audit_log,
             const keys::OperatorRows& rows);

  /// Compares the clock with the time of the newest row that was there before this process, then begins to
  /// look. Call when the process's attestation key is on record.
  void start(std::optional<TimePoint> newest_row);
  /// Looks now. Not to be called while the timer of start() runs.
  void look();

 private:
  void look_in_a_second();
  /// `seen`: `start` or `running`.
  void report(const ClockJump& jump, std::string_view seen);

  const Clock& clock_;
  Log& log_;
  proof::AuditLog& audit_log_;
  const keys::OperatorRows& rows_;
  ClockWatch watch_;
  boost::asio::steady_timer timer_;
};

}  // namespace cogos::app
