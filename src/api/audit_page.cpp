#include "api/audit_page.hpp"

#include "base/json.hpp"
#include "base/object_writer.hpp"
#include "cogos/audit_chain.hpp"

namespace cogos::api {
namespace {

struct PageText {
  std::string rows = "[";
  std::map<std::string, ChainVerifier> chains;
};

PageText check_rows(const proof::AuditQuery& query, const proof::AuditPage& page) {
  PageText text;
  for (const proof::StoredRow& row : page.rows) {
    const std::string json = proof::assemble_row(row.core, row.sealed, row.row_hash);
    auto chain = text.chains.find(row.app_id);
    if (chain == text.chains.end()) {
      ChainVerifier verifier(query.tenant_id, row.app_id, row.seq - 1, page.predecessors.at(row.app_id));
      chain = text.chains.emplace(row.app_id, std::move(verifier)).first;
    }
    chain->second.add(json);
    if (text.rows.size() > 1) text.rows += ',';
    text.rows += json;
  }
  text.rows += ']';
  return text;
}

/// Where the next page by time starts. Rows of a millisecond that is still running may yet be joined by
/// others, so that millisecond is given again: a row may then come twice, and none is lost.
std::uint64_t next_cursor(const proof::AuditQuery& query, const proof::AuditPage& page) {
  if (page.rows.empty()) return query.since ? static_cast<std::uint64_t>(to_unix_ms(*query.since)) : 0;
  const TimePoint last = page.rows.back().ts;
  const std::int64_t next = to_unix_ms(last) + (last < page.settled_before ? 1 : 0);
  return static_cast<std::uint64_t>(next);
}

std::uint64_t next_seq(const proof::AuditQuery& query, const proof::AuditPage& page) {
  return page.rows.empty() ? query.after_seq.value_or(0) : page.rows.back().seq;
}

}  // namespace

std::string audit_page_body(const proof::AuditQuery& query, const proof::AuditPage& page,
                            const std::map<std::string, proof::ChainHead>& heads, TimePoint now) {
  const PageText text = check_rows(query, page);
  Json ok_by_app = Json::object();
  Json chain_break = nullptr;
  for (const auto& [app, verifier] : text.chains) {
    const ChainReport& report = verifier.report();
    ok_by_app[app] = report.holds();
    if (report.holds() || !chain_break.is_null()) continue;
    chain_break = {{"app_id", app}, {"seq", report.broken->seq}, {"reason", report.broken->reason}};
  }
  Json head_by_app = Json::object();
  for (const auto& [app, head] : heads) {
    if (query.app_id && app != *query.app_id) continue;
    head_by_app[app] = {{"seq", head.seq}, {"row_hash", head.row_hash}};
  }

  std::string body;
  base::ObjectWriter answer(body);
  answer.text_or_null("app_id", query.app_id)
      .raw("chain_break", base::canonical(chain_break))
      .boolean("chain_ok", chain_break.is_null())
      .raw("chain_ok_by_app", base::canonical(ok_by_app))
      .raw("heads", base::canonical(head_by_app))
      .number("next_cursor", next_cursor(query, page));
  if (query.app_id) {
    answer.number("next_seq", next_seq(query, page));
  } else {
    answer.null("next_seq");
  }
  answer.raw("rows", text.rows).number("server_time_ms", static_cast<std::uint64_t>(to_unix_ms(now))).close();
  return body;
}

}  // namespace cogos::api
