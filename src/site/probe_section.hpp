#pragma once

#include "base/json.hpp"
#include "keys/probe_reports.hpp"

namespace cogos::site {

/// What /trust says of the probes from outside: `any`, and by target its last report, what failed in it, and
/// what was missed. Values are as reported, for the template to escape.
[[nodiscard]] Json probe_section(const keys::ProbeReports& reports);

}  // namespace cogos::site
