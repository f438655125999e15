#include "api/account.hpp"

#include <chrono>

#include "api/json_io.hpp"
#include "base/object_writer.hpp"

namespace cogos::api {
namespace {

/// The first moment of the UTC calendar month, by which quotas are counted.
TimePoint month_start(TimePoint now) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(now)};
  return std::chrono::sys_days{date.year() / date.month() / 1};
}

}  // namespace

void AccountApi::add_routes(http::Router& router) {
  router.add({"GET", "/v1/models", http::Realm::customer, http::BodyKind::none,
              [this](http::Exchange& exchange) { return models(exchange); }});
  http::Route route{"GET", "/v1/me", http::Realm::customer, http::BodyKind::none,
                    [this](http::Exchange& exchange) { return me(exchange); }};
  route.callers = http::Callers::both;
  router.add(std::move(route));
}

http::Task<Result<http::Response>> AccountApi::models(http::Exchange& exchange) {
  const auto snapshot = keyring_.snapshot();
  const auto created = static_cast<std::uint64_t>(to_unix_ms(started_) / 1000);
  std::string data;
  for (const ModelAlias& model : catalog_.allowed(snapshot->package_of(*exchange.principal))) {
    data += data.empty() ? '[' : ',';
    base::ObjectWriter one(data);
    one.text("cogos_resolves_to", model.model)
        .number("created", created)
        .text("id", model.alias)
        .text("object", "model")
        .text("owned_by", "cogos")
        .close();
  }
  data += data.empty() ? "[]" : "]";
  std::string body;
  base::ObjectWriter list(body);
  list.raw("data", data).text("object", "list").close();
  http::Response response = json_response(200, std::move(body));
  co_return response;
}

http::Task<Result<http::Response>> AccountApi::me(http::Exchange& exchange) {
  const keys::KeyRecord& key = *exchange.principal;
  const auto snapshot = keyring_.snapshot();
  const keys::Package& package = snapshot->package_of(key);
  const TimePoint now = clock_.now();
  const Json body{{"ok", true},
                  {"tenant_id", key.tenant_id},
                  {"tenant_type", keys::to_text(key.tenant_type)},
                  {"key_id", key.key_id},
                  {"app_id", key.app_id},
                  {"tier", key.tier},
                  {"package_id", package.id},
                  {"scheme", keys::to_text(key.scheme)},
                  {"issued_at", to_rfc3339(key.issued_at)},
                  {"expires_at", time_or_null(key.expires_at)},
                  {"active", keys::is_admitted(keys::standing(key, now))},
                  {"rotation_grace", keys::standing(key, now) == keys::Standing::grace},
                  {"monthly_request_quota", package.monthly_request_quota},
                  {"rpm_limit", package.rpm_limit},
                  {"max_prompt_tokens_per_call", package.max_prompt_tokens_per_call},
                  {"allowed_model_tiers", package.allowed_model_tiers},
                  {"cycle_start_ms", to_unix_ms(month_start(now))}};
  co_return json_response(200, body);
}

}  // namespace cogos::api
