#include "keys/probe_reports.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"

namespace cogos::keys {
namespace {

constexpr std::chrono::minutes kLeastGrace{10};
constexpr std::uint64_t kMaxCount = 1'000'000;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), ProbeReport::kNamedFailures); ++i) {
    if (i > 0) text += ',';
    text += names[i];
  }
  return text;
}

std::vector<std::string> separated(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

/// A member of the detail; empty where it is none.
std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

OperatorRows::Detail to_detail(const ProbeReport& report) {
  return {{"run_id", report.run_id},
          {"target", report.target},
          {"started_at", to_rfc3339(report.started_at)},
          {"passed", std::to_string(report.passed)},
          {"failed", std::to_string(report.failed)},
          {"failed_checks", joined(report.failed_checks)},
          {"report_sha256", report.report_sha256},
          {"key_id", report.key_id}};
}

std::optional<ProbeReport> read_probe_row(std::string_view core) {
  const auto row = base::parse_json(core);
  if (!row || !row->is_object() || text_of(*row, "route") != ProbeReport::kEvent) return std::nullopt;
  const auto detail = row->find("detail");
  if (detail == row->end() || !detail->is_object()) return std::nullopt;
  const auto started = from_rfc3339(text_of(*detail, "started_at"));
  const auto received = from_rfc3339(text_of(*row, "ts"));
  const auto passed = base::parse_decimal(text_of(*detail, "passed"), kMaxCount);
  const auto failed = base::parse_decimal(text_of(*detail, "failed"), kMaxCount);
  if (!started || !received || !passed || !failed) return std::nullopt;
  ProbeReport report;
  report.run_id = text_of(*detail, "run_id");
  report.target = text_of(*detail, "target");
  report.started_at = *started;
  report.received_at = *received;
  report.passed = *passed;
  report.failed = *failed;
  report.failed_checks = separated(text_of(*detail, "failed_checks"));
  report.report_sha256 = text_of(*detail, "report_sha256");
  report.key_id = text_of(*detail, "key_id");
  return report;
}

ProbeReports::ProbeReports(std::chrono::hours interval, const std::vector<std::string>& cores,
                           const Clock& clock)
    : interval_(interval), clock_(clock) {
  for (const std::string& core : cores) {
    if (auto report = read_probe_row(core)) keep(std::move(*report));
  }
}

void ProbeReports::keep(ProbeReport report) {
  if (report.failed_checks.size() > ProbeReport::kNamedFailures) {
    report.failed_checks.resize(ProbeReport::kNamedFailures);
  }
  kept_.push_back(std::move(report));
  if (kept_.size() > kKept) kept_.pop_front();
}

std::size_t ProbeReports::within_the_hour(TimePoint now) const {
  return static_cast<std::size_t>(std::count_if(kept_.begin(), kept_.end(), [now](const ProbeReport& one) {
    return one.received_at > now - std::chrono::hours{1};
  }));
}

ProbeReports::Entry ProbeReports::enter(const ProbeReport& report) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const ProbeReport& one) { return one.run_id == report.run_id; });
  if (known != kept_.end()) {
    return known->report_sha256 == report.report_sha256 ? Entry::known : Entry::contradicts;
  }
  if (std::find(in_progress_.begin(), in_progress_.end(), report.run_id) != in_progress_.end()) {
    return Entry::in_progress;
  }
  if (within_the_hour(clock_.now()) + in_progress_.size() >= kPerHour) return Entry::too_many;
  in_progress_.push_back(report.run_id);
  return Entry::fresh;
}

void ProbeReports::settle(const ProbeReport& report, bool recorded) {
  const std::lock_guard lock(mutex_);
  std::erase(in_progress_, report.run_id);
  if (recorded) keep(report);
}

std::chrono::seconds ProbeReports::wait() const {
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  const std::size_t recent = within_the_hour(now);
  // All that count are being recorded yet: the next try finds them settled.
  if (recent == 0) return std::chrono::seconds{1};
  const TimePoint oldest = kept_[kept_.size() - recent].received_at;
  return std::max(std::chrono::ceil<std::chrono::seconds>(oldest + std::chrono::hours{1} - now),
                  std::chrono::seconds{1});
}

std::chrono::milliseconds ProbeReports::grace() const {
  return std::max<std::chrono::milliseconds>(std::chrono::milliseconds{interval_} / 24, kLeastGrace);
}

std::optional<TimePoint> ProbeReports::due_after(const ProbeReport& report) const {
  if (interval_.count() == 0) return std::nullopt;
  return report.started_at + interval_;
}

std::optional<TimePoint> ProbeReports::due(std::string_view target) const {
  const std::lock_guard lock(mutex_);
  const auto last = std::find_if(kept_.rbegin(), kept_.rend(),
                                 [target](const ProbeReport& one) { return one.target == target; });
  return last == kept_.rend() ? std::nullopt : due_after(*last);
}

std::vector<ProbedTarget> ProbeReports::targets() const {
  const std::lock_guard lock(mutex_);
  std::vector<ProbedTarget> found;
  for (const ProbeReport& report : kept_) {
    auto target = std::find_if(found.begin(), found.end(),
                               [&](const ProbedTarget& one) { return one.last.target == report.target; });
    if (target == found.end()) {
      found.push_back({report, due_after(report), {}});
      continue;
    }
    // Two probes of one target may cross; what is late tells of the one that is ahead.
    if (target->due && report.started_at > *target->due + grace()) {
      target->missed.push_back({*target->due, report.started_at});
    }
    if (report.started_at < target->last.started_at) continue;
    target->last = report;
    target->due = due_after(report);
  }
  const TimePoint now = clock_.now();
  for (ProbedTarget& target : found) {
    if (target.due && now > *target.due + grace()) target.missed.push_back({*target.due, std::nullopt});
  }
  std::sort(found.begin(), found.end(), [](const ProbedTarget& a, const ProbedTarget& b) {
    return a.last.started_at > b.last.started_at;
  });
  return found;
}

}  // namespace cogos::keys
