#include "api/audit.hpp"

#include "api/audit_page.hpp"
#include "api/json_io.hpp"
#include "api/members.hpp"
#include "http/await_callback.hpp"
#include "http/query.hpp"
#include "keys/key_record.hpp"
#include "proof/wire.hpp"

namespace cogos::api {
namespace {

constexpr std::uint64_t kMaxPageRows = 1000;
constexpr std::uint32_t kDefaultPageRows = 100;

Result<std::optional<std::string>> read_app(const http::Query& query) {
  auto app = query.text("app_id");
  if (app && !proof::is_app_name(*app))
    return invalid("app_id must match [a-z0-9][a-z0-9_-]{0,63}", "app_id");
  return app;
}

Result<proof::AuditQuery> read_page_query(const http::Exchange& exchange) {
  const auto query = http::Query::parse(exchange.request.query());
  if (!query) return query.error();
  const auto app = read_app(*query);
  if (!app) return app.error();
  const auto since = query->number("since", http::Query::kLastMoment);
  if (!since) return since.error();
  const auto limit = query->number("limit", kMaxPageRows);
  if (!limit) return limit.error();
  const auto after_seq = query->number("after_seq", http::Query::kMaxInteger);
  if (!after_seq) return after_seq.error();
  if (*after_seq && !*app) return invalid("after_seq counts within one chain: give app_id with it", "app_id");

  proof::AuditQuery wanted;
  wanted.tenant_id = exchange.principal->tenant_id;
  wanted.app_id = *app;
  if (*since) wanted.since = from_unix_ms(static_cast<std::int64_t>(**since));
  wanted.after_seq = *after_seq;
  wanted.limit = *limit ? static_cast<std::uint32_t>(**limit) : kDefaultPageRows;
  return wanted;
}

}  // namespace

void AuditApi::add_routes(http::Router& router) {
  router.add({"GET", "/v1/audit", http::Realm::customer, http::BodyKind::none,
              [this](http::Exchange& exchange) { return rows(exchange); }});
  router.add({"GET", "/v1/audit/chain-head", http::Realm::customer, http::BodyKind::none,
              [this](http::Exchange& exchange) { return chain_head(exchange); }});
}

http::Task<Result<http::Response>> AuditApi::rows(http::Exchange& exchange) {
  const auto query = read_page_query(exchange);
  if (!query) co_return query.error();
  using Body = Result<std::string>;
  auto start = [this, wanted = *query](const std::function<void(Body)>& done) {
    // Heads first: the page can only be newer than they are.
    const auto heads = log_.heads(wanted.tenant_id);
    log_.read(wanted, [this, wanted, heads, done](const Result<proof::AuditPage>& page) {
      done(page ? Body(audit_page_body(wanted, *page, heads, clock_.now())) : Body(page.error()));
    });
  };
  http::Task<Body> reading = http::await_callback<Body>(std::move(start));
  Body body = co_await std::move(reading);
  if (!body) co_return body.error();
  http::Response response;
  response.headers.set("Content-Type", "application/json");
  response.body = std::move(*body);
  co_return response;
}

http::Task<Result<http::Response>> AuditApi::chain_head(http::Exchange& exchange) {
  const auto query = http::Query::parse(exchange.request.query());
  if (!query) co_return query.error();
  const auto app = read_app(*query);
  if (!app) co_return app.error();
  const keys::KeyRecord& key = *exchange.principal;
  const std::string app_id = app->value_or(key.app_id);
  const auto head = log_.head({key.tenant_id, app_id});
  const std::uint64_t height = head ? head->seq : 0;
  const std::string hash = head ? head->row_hash : proof::kNoHash;
  const std::string as_of = to_rfc3339(clock_.now());
  const Json body{{"tenant_id", key.tenant_id},
                  {"app_id", app_id},
                  {"head_hash", hash},
                  {"height", height},
                  {"as_of", as_of},
                  {"attestation_kid", signer_.kid()},
                  {"signature", signer_.sign_chain_head(key.tenant_id, app_id, height, hash, as_of)}};
  co_return json_response(200, body);
}

}  // namespace cogos::api
