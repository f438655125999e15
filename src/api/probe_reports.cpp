#include "api/probe_reports.hpp"

#include "api/json_io.hpp"
#include "api/probe_report.hpp"
#include "http/await_callback.hpp"
#include "keys/key_record.hpp"

namespace cogos::api {
namespace {

using keys::ProbeReports;

/// A run's place among the reports, given up unless it is recorded.
class Place {
 public:
  Place(ProbeReports& reports, const keys::ProbeReport& report) : reports_(reports), report_(report) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { reports_.settle(report_, recorded); }

  bool recorded = false;

 private:
  ProbeReports& reports_;
  const keys::ProbeReport& report_;
};

Error refusal(ProbeReports::Entry entry, const ProbeReports& reports) {
  switch (entry) {
    case ProbeReports::Entry::contradicts:
      return Error(ErrorCode::conflict,
                   "another report of this run is on record: give each run a run_id of its own")
          .with_param("run_id");
    case ProbeReports::Entry::in_progress:
      return Error(ErrorCode::conflict, "this run's report is being recorded just now; send it again shortly")
          .with_param("run_id");
    case ProbeReports::Entry::fresh:
    case ProbeReports::Entry::known:
    case ProbeReports::Entry::too_many:
      break;
  }
  return Error(ErrorCode::rate_limit_exceeded, "there are " + std::to_string(ProbeReports::kPerHour) +
                                                   " reports of the last hour already: probe less often")
      .with_retry_after(static_cast<std::uint32_t>(reports.wait().count()));
}

http::Response answer(int status, const keys::ProbeReport& report, const ProbeReports& reports,
                      const Json& chain_head_after) {
  const auto due = reports.due(report.target);
  const Json body{{"run_id", report.run_id},          {"recorded", true},
                  {"passed", report.passed},          {"failed", report.failed},
                  {"next_due_at", time_or_null(due)}, {"chain_head_after", chain_head_after}};
  return json_response(status, body);
}

}  // namespace

void ProbeReportsApi::add_routes(http::Router& router) {
  http::Route route{"POST", "/v1/probe-reports", http::Realm::customer, http::BodyKind::json,
                    [this](http::Exchange& exchange) { return take(exchange); }};
  route.callers = http::Callers::probes;
  route.max_body_bytes = kMaxProbeReport;
  router.add(std::move(route));
}

Result<keys::ProbeReport> ProbeReportsApi::read(const http::Exchange& exchange) const {
  const auto body = read_object(exchange.request);
  if (!body) return body.error();
  const TimePoint now = parts_.clock.now();
  auto report = read_probe_report(*body, now);
  if (!report) return report.error();
  report->received_at = now;
  report->key_id = exchange.principal->key_id;
  return report;
}

http::Task<Result<http::Response>> ProbeReportsApi::take(http::Exchange& exchange) {
  const auto report = read(exchange);
  if (!report) co_return report.error();
  const ProbeReports::Entry entry = parts_.reports.enter(*report);
  if (entry == ProbeReports::Entry::known) co_return answer(200, *report, parts_.reports, nullptr);
  if (entry != ProbeReports::Entry::fresh) co_return refusal(entry, parts_.reports);
  std::string head_after;
  {
    Place place(parts_.reports, *report);
    http::Task<Result<proof::ChainHead>> recording = record(*report);
    const Result<proof::ChainHead> head = co_await std::move(recording);
    if (!head) co_return head.error();
    head_after = head->row_hash;
    place.recorded = true;
  }
  co_return answer(201, *report, parts_.reports, head_after);
}

http::Task<Result<proof::ChainHead>> ProbeReportsApi::record(const keys::ProbeReport& report) {
  proof::RowDraft row =
      parts_.operator_rows.event(std::string(keys::ProbeReport::kEvent), keys::to_detail(report));
  auto start = [this, row = std::move(row)](proof::AuditLog::Appended done) mutable {
    parts_.log.append(std::move(row), std::move(done));
  };
  http::Task<Result<proof::ChainHead>> appending =
      http::await_callback<Result<proof::ChainHead>>(std::move(start));
  co_return co_await std::move(appending);
}

}  // namespace cogos::api
