#include "api/deep_health.hpp"

#include "api/json_io.hpp"
#include "http/await_callback.hpp"

namespace cogos::api {

void DeepHealthApi::add_routes(http::Router& router) {
  router.add({"GET", "/admin/health/deep", http::Realm::admin, http::BodyKind::none,
              [this](http::Exchange& exchange) { return check(exchange); }});
}

http::Task<bool> DeepHealthApi::chains_hold() {
  using Checked = Result<proof::TailCheck>;
  auto start = [this](const std::function<void(Checked)>& done) { log_.check_tails(done); };
  http::Task<Checked> checking = http::await_callback<Checked>(std::move(start));
  const Checked checked = co_await std::move(checking);
  if (!checked) {
    report_("chain", checked.error().detail());
    co_return false;
  }
  if (checked->problem) report_("chain", *checked->problem);
  co_return !checked->problem;
}

http::Task<bool> DeepHealthApi::upstream_answers(http::Exchange& exchange) {
  const Result<void> answered = co_await engine_.probe(exchange.cancellation);
  if (!answered) report_("upstream", answered.error().message());
  co_return answered.has_value();
}

http::Task<Result<http::Response>> DeepHealthApi::check(http::Exchange& exchange) {
  const bool chain_ok = co_await chains_hold();
  const bool upstream_ok = co_await upstream_answers(exchange);
  const proof::LogHealth log = log_.health();
  Json failed = Json::array();
  if (!log.writable) failed.push_back("audit");
  if (!chain_ok) failed.push_back("chain");
  if (!upstream_ok) failed.push_back("upstream");
  const bool ok = failed.empty();
  const Json body{{"ok", ok},
                  {"chain_ok", chain_ok},
                  {"upstream_ok", upstream_ok},
                  {"audit_writes_per_min", log.rows_last_minute},
                  {"audit_queue_depth", log.queue_depth},
                  {"last_commit_ms", log.last_commit ? Json(to_unix_ms(*log.last_commit)) : Json(nullptr)},
                  {"checks_failed", std::move(failed)}};
  co_return json_response(ok ? 200 : 503, body);
}

}  // namespace cogos::api
