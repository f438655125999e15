#pragma once

#include "base/json.hpp"
#include "keys/probe_reports.hpp"

namespace cogos::api {

inline constexpr std::size_t kMaxProbeReport = std::size_t{64} << 10U;  ///< Bytes of its body.

/// Reads the body of POST /v1/probe-reports: `run_id`, `target`, `started_at` and `checks`, each check with
/// `check`, `ok`, `ms` and perhaps `detail`. Members that it does not know are passed over. Fails with
/// invalid_request and names the member at fault, also where the run was begun more than
/// keys::ProbeReports::kMaxAhead after `now` or kMaxAge before it. `key_id` and `received_at` stay empty.
[[nodiscard]] Result<keys::ProbeReport> read_probe_report(const Json& body, TimePoint now);

}  // namespace cogos::api
