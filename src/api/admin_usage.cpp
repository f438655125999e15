#include "api/admin_usage.hpp"

#include <array>

#include "api/json_io.hpp"
#include "http/await_callback.hpp"
#include "http/query.hpp"
#include "proof/wire.hpp"

namespace cogos::api {
namespace {

constexpr std::uint64_t kMaxLimit = 1000;

/// What of a row's core says who used what; the rest is the chain's own.
constexpr std::array kShown{
    "ts",           "tenant_id",   "app_id",          "seq",         "key_id",        "method",
    "route",        "http_status", "status",          "model",       "prompt_tokens", "completion_tokens",
    "total_tokens", "latency_ms",  "schema_enforced", "live_search", "package_id",    "detail"};

Result<proof::UsageQuery> read_query(const http::Exchange& exchange) {
  const auto query = http::Query::parse(exchange.request.query());
  if (!query) return query.error();
  proof::UsageQuery wanted;
  wanted.tenant_id = query->text("tenant_id");
  const bool known_form = !wanted.tenant_id || proof::is_any_name(*wanted.tenant_id);
  if (!known_form) {
    return Error(ErrorCode::invalid_request, "tenant_id must match [a-z0-9_][a-z0-9_-]{0,63}")
        .with_param("tenant_id");
  }
  const auto since = query->number("since", http::Query::kLastMoment);
  if (!since) return since.error();
  if (*since) wanted.since = from_unix_ms(static_cast<std::int64_t>(**since));
  const auto cursor = query->number("cursor", http::Query::kMaxInteger);
  if (!cursor) return cursor.error();
  wanted.after = cursor->value_or(0);
  const auto limit = query->number("limit", kMaxLimit);
  if (!limit) return limit.error();
  wanted.limit = static_cast<std::uint32_t>(limit->value_or(wanted.limit));
  return wanted;
}

Result<std::string> body_of(const proof::UsagePage& page, TimePoint now) {
  Json rows = Json::array();
  for (const std::string& core : page.cores) {
    const auto row = base::parse_json(core);
    if (!row || !row->is_object()) {
      return Error(ErrorCode::internal, "a row of the log cannot be read", "run `cogos fsck`");
    }
    Json shown = Json::object();
    for (const char* name : kShown) {
      const auto member = row->find(name);
      shown[name] = member == row->end() ? Json(nullptr) : *member;
    }
    rows.push_back(std::move(shown));
  }
  const Json body{{"rows", std::move(rows)},
                  {"next_cursor", page.next},
                  {"more", page.more},
                  {"server_time_ms", to_unix_ms(now)}};
  return base::canonical(body);
}

}  // namespace

void AdminUsageApi::add_routes(http::Router& router) {
  router.add({"GET", "/admin/usage", http::Realm::admin, http::BodyKind::none,
              [this](http::Exchange& exchange) { return rows(exchange); }});
}

http::Task<Result<http::Response>> AdminUsageApi::rows(http::Exchange& exchange) {
  const auto query = read_query(exchange);
  if (!query) co_return query.error();
  using Body = Result<std::string>;
  auto start = [this, wanted = *query](const std::function<void(Body)>& done) {
    log_.usage(wanted, [this, done](const Result<proof::UsagePage>& page) {
      done(page ? body_of(*page, clock_.now()) : Body(page.error()));
    });
  };
  http::Task<Body> reading = http::await_callback<Body>(std::move(start));
  Body body = co_await std::move(reading);
  if (!body) co_return body.error();
  co_return json_response(200, std::move(*body));
}

}  // namespace cogos::api
