#include "store/charged_month.hpp"

#include <chrono>
#include <map>
#include <tuple>

namespace cogos::store {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

TimePoint month_start(TimePoint at) {
  const std::chrono::year_month_day date{std::chrono::floor<days>(at)};
  return sys_days{date.year() / date.month() / 1};
}

constexpr const char* kNewest =
    "SELECT ts_ms FROM rows INDEXED BY rows_charged WHERE charged = 1 ORDER BY ts_ms DESC LIMIT 1";

// In the index's own order: sorting a million rows by what they are summed over would take longer than
// summing.
constexpr const char* kSince =
    "SELECT ts_ms, chain, package_id, prompt_tokens + completion_tokens FROM rows INDEXED BY rows_charged "
    "WHERE charged = 1 AND ts_ms >= ? AND package_id IS NOT NULL ORDER BY ts_ms";

using Place = std::tuple<std::int64_t, std::string, sys_days>;  // chain, package, day

std::map<Place, keys::ChargedDay> sums_since(Database& db, TimePoint since) {
  std::map<Place, keys::ChargedDay> sums;
  auto last = sums.end();
  Statement select = db.prepare(kSince);
  Cursor row = select.query(since);
  while (row.step()) {
    const TimePoint ts = row.time(0);
    const auto day = std::chrono::floor<days>(ts);
    const std::int64_t chain = row.integer(1);
    const std::string_view package = row.text(2);
    // Rows of one chain often follow one another.
    const bool same = last != sums.end() && std::get<0>(last->first) == chain &&
                      std::get<1>(last->first) == package && std::get<2>(last->first) == day;
    if (!same) last = sums.try_emplace(Place{chain, package, day}).first;
    keys::ChargedDay& sum = last->second;
    sum.newest = ts;
    ++sum.requests;
    sum.tokens += row.count(3);
  }
  return sums;
}

}  // namespace

std::vector<keys::ChargedDay> read_charged_month(Database& db) {
  std::vector<keys::ChargedDay> charged;
  Statement newest = db.prepare(kNewest);
  std::optional<TimePoint> since;
  if (Cursor row = newest.query(); row.step()) since = month_start(row.time(0));
  if (!since) return charged;
  Statement tenant = db.prepare("SELECT tenant_id FROM chains WHERE id = ?");
  for (auto& [place, sum] : sums_since(db, *since)) {
    Cursor row = tenant.query(std::get<0>(place));
    if (!row.step()) continue;  // fsck reports rows of a chain that is not listed
    sum.tenant_id = row.text(0);
    sum.package_id = std::get<1>(place);
    charged.push_back(std::move(sum));
  }
  return charged;
}

}  // namespace cogos::store
