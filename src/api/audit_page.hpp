#pragma once

#include <map>
#include <string>

#include "base/time.hpp"
#include "proof/audit_log.hpp"

namespace cogos::api {

/// The answer of GET /v1/audit for one page, in canonical JSON. Each chain in the page is checked from the
/// row before its first one here, so a break is reported with the rows that show it. About 20 µs a row; meant
/// for a thread of the log's, not the loop's.
[[nodiscard]] std::string audit_page_body(const proof::AuditQuery& query, const proof::AuditPage& page,
                                          const std::map<std::string, proof::ChainHead>& heads,
                                          TimePoint now);

}  // namespace cogos::api
