// Bodies of POST /v1/probe-reports: a report is taken within its bounds or refused as the caller's fault;
// what is taken can be read back from the row that it becomes.
#include "api/probe_report.hpp"

#include <algorithm>

#include "api/json_io.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cogos;
  using fuzz::expect;
  constexpr auto kNow = from_unix_ms(1763900000000);
  const auto expect_400 = [](const Error& error) {
    expect(error_info(error.code()).http_status == 400, "a refusal is a 400, never a 500");
    expect(!error.message().empty(), "a refusal says why");
  };

  http::Request request;
  request.body = fuzz::text(data, size);
  const auto body = api::read_object(request);
  if (!body) return expect_400(body.error()), 0;
  const auto report = api::read_probe_report(*body, kNow);
  if (!report) return expect_400(report.error()), 0;
  expect(report->passed + report->failed > 0, "a report has checks");
  expect(report->passed + report->failed <= 200, "and not too many");
  expect(report->failed_checks.size() == report->failed, "what failed is named");

  const Json row{
      {"route", keys::ProbeReport::kEvent}, {"ts", to_rfc3339(kNow)}, {"detail", keys::to_detail(*report)}};
  const auto again = keys::read_probe_row(base::canonical(row));
  expect(again.has_value(), "its row can be read");
  expect(again->run_id == report->run_id && again->target == report->target, "and is of the same run");
  expect(again->started_at == report->started_at && again->failed == report->failed, "with the same outcome");
  expect(again->failed_checks.size() ==
             std::min(report->failed_checks.size(), keys::ProbeReport::kNamedFailures),
         "and names what failed");
  return 0;
}
