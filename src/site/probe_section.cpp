#include "site/probe_section.hpp"

#include <algorithm>

namespace cogos::site {
namespace {

std::string failures(const keys::ProbeReport& report) {
  std::string text;
  for (const std::string& name : report.failed_checks) text += (text.empty() ? "" : ", ") + name;
  const std::uint64_t unnamed =
      report.failed - std::min<std::uint64_t>(report.failed, report.failed_checks.size());
  if (unnamed > 0) text += " and " + std::to_string(unnamed) + " more";
  return text;
}

Json missed_rows(const keys::ProbedTarget& target) {
  constexpr std::size_t kShown = 5;
  Json rows = Json::array();
  for (auto one = target.missed.rbegin(); one != target.missed.rend() && rows.size() < kShown; ++one) {
    rows.push_back(one->until ? "missed from " + to_rfc3339(one->due) + " to " + to_rfc3339(*one->until)
                              : "missed since " + to_rfc3339(one->due));
  }
  return rows;
}

}  // namespace

Json probe_section(const keys::ProbeReports& reports) {
  Json rows = Json::array();
  for (const keys::ProbedTarget& target : reports.targets()) {
    rows.push_back({{"target", target.last.target},
                    {"started_at", to_rfc3339(target.last.started_at)},
                    {"passed", std::to_string(target.last.passed)},
                    {"failed", std::to_string(target.last.failed)},
                    {"failures", failures(target.last)},
                    {"due", target.due ? to_rfc3339(*target.due) : std::string()},
                    {"missed", missed_rows(target)}});
  }
  return {{"any", !rows.empty()}, {"targets", std::move(rows)}};
}

}  // namespace cogos::site
