#include "store/operator_events.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "proof/audit_row.hpp"

namespace cogos::store {
namespace {

constexpr std::int64_t kScannedEvents = 100'000;

/// Rows have no column for the route, as nothing else asks by it. In a canonical core these characters are
/// the member and nothing else: within a string their quotes would be escaped.
constexpr const char* kSelectEvents =
    "SELECT core FROM rows WHERE chain = (SELECT id FROM chains WHERE tenant_id = ?1 AND app_id = ?2) "
    "AND seq > (SELECT height FROM chains WHERE tenant_id = ?1 AND app_id = ?2) - ?3 "
    "AND instr(core, CAST(?4 AS BLOB)) > 0 ORDER BY seq DESC LIMIT ?5";

}  // namespace

std::vector<std::string> read_operator_events(Database& db, std::string_view route, std::size_t most) {
  std::string member = "\"route\":";
  base::append_json_string(route, member);
  Statement select = db.prepare(kSelectEvents);
  Cursor row = select.query(std::string_view(proof::kOperatorChain.tenant_id),
                            std::string_view(proof::kOperatorChain.app_id), kScannedEvents,
                            std::string_view(member), static_cast<std::int64_t>(most));
  std::vector<std::string> cores;
  while (row.step()) cores.emplace_back(as_text(row.bytes(0)));
  std::reverse(cores.begin(), cores.end());
  return cores;
}

}  // namespace cogos::store
