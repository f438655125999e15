#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "keys/operator_rows.hpp"

namespace cogos::keys {

/// What is kept of one run of `cogos probe`, here and in its `_operator` row.
struct ProbeReport {
  static constexpr std::string_view kEvent = "probe.report";  ///< The row's name.
  static constexpr std::size_t kNamedFailures = 20;           ///< Names kept at most; `failed` counts all.

  std::string run_id;
  std::string target;  ///< `https://host[:port]`.
  TimePoint started_at;
  TimePoint received_at;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  std::vector<std::string> failed_checks;  ///< Names, in the report's order.
  std::string report_sha256;               ///< Hex, of the report's canonical form.
  std::string key_id;                      ///< Whose report it is.
};

[[nodiscard]] OperatorRows::Detail to_detail(const ProbeReport& report);
/// The report that the core of an `_operator` row tells of; nothing where it is another row.
[[nodiscard]] std::optional<ProbeReport> read_probe_row(std::string_view core);

/// A time at which a report should have been there, and was not.
struct MissedProbe {
  TimePoint due;
  std::optional<TimePoint> until;  ///< When the next report was begun; nothing where none has come yet.
};

/// One target, as its reports tell it.
struct ProbedTarget {
  ProbeReport last;
  std::optional<TimePoint> due;     ///< When the next report should be there; nothing without a schedule.
  std::vector<MissedProbe> missed;  ///< Among the reports that are kept; the newest last.

  /// Whether a report should have come and has not yet.
  [[nodiscard]] bool overdue() const noexcept { return !missed.empty() && !missed.back().until; }
};

/// The newest reports of probes. What is on disk is the `_operator` chain; this is read from it at start.
/// Thread-safe. Holds kKept reports, some 2 KiB each.
class ProbeReports {
 public:
  static constexpr std::size_t kKept = 128;
  static constexpr std::size_t kPerHour = 60;  ///< Of all probes together: each makes an `_operator` row.
  static constexpr std::chrono::minutes kMaxAhead{5};
  static constexpr std::chrono::hours kMaxAge{1};

  /// `interval` is how often each target is to be probed; 0: no schedule. A report may be late by a
  /// twenty-fourth of it, and by ten minutes in any case. `cores` are rows of `_operator`, oldest first;
  /// those that tell of no report are passed over. `clock` must outlive it.
  ProbeReports(std::chrono::hours interval, const std::vector<std::string>& cores, const Clock& clock);

  enum class Entry : std::uint8_t {
    fresh,        ///< To be recorded, and then settled.
    known,        ///< The same report is on record.
    in_progress,  ///< Another call is recording this run.
    contradicts,  ///< Another report of this run is on record.
    too_many,     ///< kPerHour are on record within the last hour.
  };
  /// Takes the run's place where it is fresh.
  [[nodiscard]] Entry enter(const ProbeReport& report);
  /// Ends what enter() began. A report that was not recorded may come again.
  void settle(const ProbeReport& report, bool recorded);

  /// By target, the one probed last first.
  [[nodiscard]] std::vector<ProbedTarget> targets() const;
  /// When the next report on this target is due; nothing without a schedule or a report.
  [[nodiscard]] std::optional<TimePoint> due(std::string_view target) const;
  /// Until a report can be taken again after too_many.
  [[nodiscard]] std::chrono::seconds wait() const;
  [[nodiscard]] std::chrono::hours interval() const noexcept { return interval_; }

 private:
  using Kept = std::deque<ProbeReport>;
  void keep(ProbeReport report);
  [[nodiscard]] std::size_t within_the_hour(TimePoint now) const;
  [[nodiscard]] std::optional<TimePoint> due_after(const ProbeReport& report) const;
  [[nodiscard]] std::chrono::milliseconds grace() const;

  const std::chrono::hours interval_;
  const Clock& clock_;
  mutable std::mutex mutex_;              // guards what follows
  Kept kept_;                             // in the order in which they were received
  std::vector<std::string> in_progress_;  // run ids
};

}  // namespace cogos::keys
