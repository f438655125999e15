#include "store/usage_query.hpp"

#include <algorithm>

namespace cogos::store {
namespace {

/// Rows looked at for a page of one tenant's.
constexpr std::int64_t kScannedRows = 20'000;

/// The last row before `since`. Rows get times in the order in which they are written, those of all chains
/// together, so a search by halves finds it without an index on the time.
std::int64_t last_before(Database& db, TimePoint since, std::int64_t newest) {
  Statement next_row = db.prepare("SELECT id, ts_ms FROM rows WHERE id > ? ORDER BY id LIMIT 1");
  std::int64_t before = 0;
  std::int64_t end = newest;  // rows beyond it are not before `since`
  while (before < end) {
    const std::int64_t middle = before + (end - before) / 2;
    Cursor row = next_row.query(middle);
    if (row.step() && row.time(1) < since) {
      before = row.integer(0);
    } else {
      end = middle;
    }
  }
  return before;
}

void add_rows(Cursor row, std::int64_t& last, proof::UsagePage& page) {
  while (row.step()) {
    last = row.integer(0);
    page.cores.emplace_back(as_text(row.bytes(1)));
  }
}

}  // namespace

proof::UsagePage read_usage(Database& db, const proof::UsageQuery& query) {
  Transaction one_state(db, Transaction::Kind::reading);
  const std::int64_t newest = db.query_integer("SELECT coalesce(max(id), 0) FROM rows");
  std::int64_t after = static_cast<std::int64_t>(std::min<std::uint64_t>(query.after, INT64_MAX));
  if (query.since) after = std::max(after, last_before(db, *query.since, newest));

  proof::UsagePage page;
  std::int64_t last = after;
  if (!query.tenant_id) {
    Statement rows = db.prepare("SELECT id, core FROM rows WHERE id > ? ORDER BY id LIMIT ?");
    add_rows(rows.query(after, std::int64_t{query.limit}), last, page);
  } else {
    Statement rows = db.prepare(
        "SELECT id, core FROM rows WHERE id > ? AND id <= ? AND chain IN "
        "(SELECT id FROM chains WHERE tenant_id = ?) ORDER BY id LIMIT ?");
    const std::int64_t end = after < newest ? std::min(newest, after + kScannedRows) : after;
    add_rows(rows.query(after, end, *query.tenant_id, std::int64_t{query.limit}), last, page);
    if (page.cores.size() < query.limit) last = end;
  }
  page.next = static_cast<std::uint64_t>(last);
  page.more = last < newest;
  one_state.commit();
  return page;
}

}  // namespace cogos::store
