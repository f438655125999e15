#include "store/page_query.hpp"

#include <deque>
#include <queue>

#include "base/encoding.hpp"
#include "proof/wire.hpp"

namespace cogos::store {

/// A row's place in the order of an app, and where it lies.
struct PageQuery::Place {
  TimePoint ts;
  std::uint64_t seq = 0;
  std::int64_t row_id = 0;
};

/// One chain that a page may draw from: its next rows, fetched from the index in pieces.
struct PageQuery::App {
  std::int64_t chain = 0;
  std::string app_id;
  TimePoint after_ts;  ///< The last place fetched; what comes next is after it.
  std::int64_t after_seq = 0;
  std::int64_t piece = 0;  ///< How many places to fetch at a time.
  std::deque<Place> next;
};

PageQuery::PageQuery(Database& db)
    : db_(db),
      apps_(db.prepare("SELECT id, app_id FROM chains WHERE tenant_id = ? AND head_ts_ms >= ?")),
      one_app_(db.prepare("SELECT id, app_id FROM chains WHERE tenant_id = ? AND app_id = ?")),
      places_(db.prepare("SELECT ts_ms, seq, id FROM rows WHERE chain = ? AND (ts_ms, seq) > (?, ?) "
                         "ORDER BY ts_ms, seq LIMIT ?")),
      seq_places_(db.prepare("SELECT ts_ms, seq, id FROM rows WHERE chain = ? AND seq > ? "
                             "ORDER BY seq LIMIT ?")),
      first_seq_since_(db.prepare("SELECT seq FROM rows WHERE chain = ? AND ts_ms >= ? "
                                  "ORDER BY ts_ms, seq LIMIT 1")),
      row_(db.prepare("SELECT seq, ts_ms, row_hash, core, sealed FROM rows WHERE id = ?")),
      hash_(db.prepare("SELECT row_hash FROM rows WHERE chain = ? AND seq = ?")) {}

namespace {

bool is_full(const proof::AuditQuery& query, const proof::AuditPage& page) {
  return page.rows.size() >= query.limit || page.bytes >= query.max_bytes;
}

}  // namespace

proof::AuditPage PageQuery::read(const proof::AuditQuery& query, std::optional<TimePoint> until) {
  Transaction one_state(db_, Transaction::Kind::reading);
  proof::AuditPage page;
  const TimePoint end = until.value_or(TimePoint::max());
  if (query.after_seq) {
    in_seq_order(query, end, page);
  } else {
    in_time_order(query, end, page);
  }
  one_state.commit();
  return page;
}

std::vector<PageQuery::App> PageQuery::apps(const proof::AuditQuery& query) {
  std::vector<App> found;
  const TimePoint since = query.since.value_or(from_unix_ms(0));
  Cursor row =
      query.app_id ? one_app_.query(query.tenant_id, *query.app_id) : apps_.query(query.tenant_id, since);
  while (row.step()) {
    // seq -1 of the first moment is before every row of it.
    found.push_back({row.integer(0), std::string(row.text(1)), since, -1, 0, {}});
  }
  // One app fills the page by itself; of many, each is likely to give a few rows.
  constexpr std::int64_t kPiece = 16;
  for (App& app : found) app.piece = found.size() == 1 ? std::int64_t{query.limit} + 1 : kPiece;
  return found;
}

void PageQuery::refill(App& app) {
  Cursor row = places_.query(app.chain, app.after_ts, app.after_seq, app.piece);
  while (row.step()) app.next.push_back({row.time(0), row.count(1), row.integer(2)});
  if (app.next.empty()) return;
  app.after_ts = app.next.back().ts;
  app.after_seq = static_cast<std::int64_t>(app.next.back().seq);
}

void PageQuery::in_time_order(const proof::AuditQuery& query, TimePoint until, proof::AuditPage& page) {
  std::vector<App> sources = apps(query);
  // A merge by (ts, app_id, seq): the queue holds each app's next row.
  const auto later = [](const App* a, const App* b) {
    return std::tie(a->next.front().ts, a->app_id) > std::tie(b->next.front().ts, b->app_id);
  };
  std::priority_queue<App*, std::vector<App*>, decltype(later)> merge(later);
  for (App& app : sources) {
    refill(app);
    if (!app.next.empty()) merge.push(&app);
  }
  while (!merge.empty()) {
    App& app = *merge.top();
    const Place place = app.next.front();
    if (place.ts > until) return;
    const bool full = is_full(query, page);
    // The rows of a millisecond stay together, whatever the limit, once one of them is in.
    if (full && (page.rows.empty() || page.rows.back().ts != place.ts)) {
      page.more = true;
      return;
    }
    merge.pop();
    add_row(app, place.row_id, page);
    app.next.pop_front();
    if (app.next.empty()) refill(app);
    if (!app.next.empty()) merge.push(&app);
  }
}

void PageQuery::in_seq_order(const proof::AuditQuery& query, TimePoint until, proof::AuditPage& page) {
  const std::vector<App> found = apps(query);
  if (found.empty()) return;
  const App& app = found.front();
  std::uint64_t after = *query.after_seq;
  if (query.since) {
    Cursor first = first_seq_since_.query(app.chain, *query.since);
    if (!first.step()) return;
    after = std::max(after, first.count(0) - 1);
  }
  // Beyond the range of a seq there is none.
  if (after > static_cast<std::uint64_t>(INT64_MAX)) return;
  std::vector<Place> places;
  {
    Cursor row = seq_places_.query(app.chain, after, app.piece);
    while (row.step()) places.push_back({row.time(0), row.count(1), row.integer(2)});
  }
  for (const Place& place : places) {
    if (place.ts > until) return;
    if (is_full(query, page)) {
      page.more = true;
      return;
    }
    add_row(app, place.row_id, page);
  }
}

void PageQuery::add_row(const App& app, std::int64_t row_id, proof::AuditPage& page) {
  Cursor row = row_.query(row_id);
  if (!row.step()) throw StoreError("an index names a row that is not there; run `cogos fsck`");
  proof::StoredRow stored;
  stored.app_id = app.app_id;
  stored.seq = row.count(0);
  stored.ts = row.time(1);
  stored.row_hash = base::to_hex(row.bytes(2));
  stored.core = as_text(row.bytes(3));
  if (!row.is_null(4)) stored.sealed = std::string(as_text(row.bytes(4)));
  if (!page.predecessors.contains(app.app_id)) {
    page.predecessors.emplace(app.app_id, hash_before(app.chain, stored.seq));
  }
  page.bytes += stored.core.size() + (stored.sealed ? stored.sealed->size() : 0);
  page.rows.push_back(std::move(stored));
}

std::string PageQuery::hash_before(std::int64_t chain, std::uint64_t seq) {
  if (seq == 1) return proof::kNoHash;
  Cursor row = hash_.query(chain, seq - 1);
  // A hole: with this the page does not verify, which is what its reader must see.
  return row.step() ? base::to_hex(row.bytes(0)) : proof::kNoHash;
}

}  // namespace cogos::store
