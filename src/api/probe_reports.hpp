#pragma once

#include "base/time.hpp"
#include "http/router.hpp"
#include "keys/operator_rows.hpp"
#include "keys/probe_reports.hpp"
#include "proof/audit_log.hpp"

namespace cogos::api {

/// What reports of probes are taken with. All must outlive the API.
struct ProbeReportsParts {
  keys::ProbeReports& reports;
  proof::AuditLog& log;
  const keys::OperatorRows& operator_rows;
  const Clock& clock;
};

/// POST /v1/probe-reports, for the keys of probes. A report is in the `_operator` chain, durable, before its
/// answer leaves. The call's own row follows it: where that one cannot be written the answer is a 503
/// although the report is on record, and the same report sent again is known and needs only its own row.
/// Thread-safe.
class ProbeReportsApi {
 public:
  explicit ProbeReportsApi(const ProbeReportsParts& parts) : parts_(parts) {}
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> take(http::Exchange& exchange);
  [[nodiscard]] Result<keys::ProbeReport> read(const http::Exchange& exchange) const;
  http::Task<Result<proof::ChainHead>> record(const keys::ProbeReport& report);

  ProbeReportsParts parts_;
};

}  // namespace cogos::api
