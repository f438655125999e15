#include "app/clock_guard.hpp"

namespace cogos::app {

ClockGuard::ClockGuard(boost::asio::io_context& io, const Clock& clock, Log& log, proof::AuditLog& audit_log,
                       const keys::OperatorRows& rows)
    : clock_(clock), log_(log), audit_log_(audit_log), rows_(rows), watch_(clock), timer_(io) {}

void ClockGuard::start(std::optional<TimePoint> newest_row) {
  if (newest_row) {
    // What the clock did while no process looked shows only where it is behind a row now.
    const ClockJump jump{*newest_row, clock_.now()};
    if (-jump.by() > ClockWatch::kBound) report(jump, "start");
  }
  look_in_a_second();
}

void ClockGuard::look() {
  if (const auto jump = watch_.observe()) report(*jump, "running");
}

void ClockGuard::look_in_a_second() {
  timer_.expires_after(std::chrono::seconds{1});
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    look();
    look_in_a_second();
  });
}

void ClockGuard::report(const ClockJump& jump, std::string_view seen) {
  const std::string before = to_rfc3339(jump.before);
  const std::string after = to_rfc3339(jump.after);
  log_.warn("the clock jumped",
            {{"before", before}, {"after", after}, {"by_ms", jump.by().count()}, {"seen", seen}});
  proof::RowDraft row = rows_.event("clock.jump", {{"event", "clock.jump"},
                                                   {"before", before},
                                                   {"after", after},
                                                   {"by_ms", std::to_string(jump.by().count())},
                                                   {"seen", std::string(seen)}});
  audit_log_.append(std::move(row), [&log = log_](const Result<proof::ChainHead>& head) {
    if (!head) log.error("the clock's jump could not be recorded", {{"detail", head.error().detail()}});
  });
}

}  // namespace cogos::app
