#include "api/admin_keys.hpp"

#include "api/issued_key.hpp"
#include "api/json_io.hpp"
#include "api/key_order.hpp"
#include "api/listed_key.hpp"
#include "http/await_callback.hpp"
#include "http/query.hpp"
#include "keys/mint.hpp"

namespace cogos::api {
namespace {

using Changed = Result<proof::ChainHead>;

}  // namespace

void AdminKeysApi::add_routes(http::Router& router) {
  router.add({"POST", "/admin/keys", http::Realm::admin, http::BodyKind::json,
              [this](http::Exchange& exchange) { return issue(exchange); }});
  router.add({"GET", "/admin/keys", http::Realm::admin, http::BodyKind::none,
              [this](http::Exchange& exchange) { return list(exchange); }});
  router.add({"POST", "/admin/keys/{id}/revoke", http::Realm::admin, http::BodyKind::optional_json,
              [this](http::Exchange& exchange) { return revoke(exchange); }});
}

http::Task<Result<http::Response>> AdminKeysApi::issue(http::Exchange& exchange) {
  const auto body = read_object(exchange.request);
  if (!body) co_return body.error();
  const TimePoint now = parts_.clock.now();
  const auto snapshot = parts_.keyring.snapshot();
  const auto order = read_key_order(*body, *snapshot, now);
  if (!order) co_return order.error();
  const auto minted = keys::mint(*order, now, parts_.dek, parts_.random);
  if (!minted) co_return minted.error();

  const keys::KeyRecord& record = minted->record;
  keys::OperatorRows::Detail detail{{"event", "key.issued"},
                                    {"key_id", record.key_id},
                                    {"tenant_id", record.tenant_id},
                                    {"app_id", record.app_id},
                                    {"package_id", record.package_id},
                                    {"scheme", std::string(keys::to_text(record.scheme))},
                                    {"tenant_type", std::string(keys::to_text(record.tenant_type))}};
  proof::RowDraft row =
      parts_.operator_rows.change("POST", "/admin/keys", 201, exchange.id, std::move(detail));
  auto start = [this, &record, row = std::move(row)](keys::KeyStore::Changed done) mutable {
    parts_.store.insert(record, std::move(row), std::move(done));
  };
  http::Task<Changed> inserting = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(inserting);
  if (!head) co_return head.error();
  parts_.keyring.put(record);
  co_return issued_key_response(*minted, head->row_hash);
}

http::Task<Result<http::Response>> AdminKeysApi::list(http::Exchange& exchange) {
  const auto query = http::Query::parse(exchange.request.query());
  if (!query) co_return query.error();
  const auto tenant = query->text("tenant_id");
  const auto app = query->text("app_id");
  const TimePoint now = parts_.clock.now();
  Json keys = Json::array();
  const auto snapshot = parts_.keyring.snapshot();
  for (const auto& key : snapshot->keys()) {
    if (tenant && key->tenant_id != *tenant) continue;
    if (app && key->app_id != *app) continue;
    keys.push_back(listed_key(*key, now));
  }
  const Json body{{"keys", std::move(keys)}};
  co_return json_response(200, body);
}

http::Task<Result<http::Response>> AdminKeysApi::revoke(http::Exchange& exchange) {
  const auto key = parts_.keyring.snapshot()->by_id(exchange.path_parameters.find("id")->second);
  if (!key) co_return Error(ErrorCode::not_found, "no key has this id; GET /admin/keys lists all");
  if (key->revoked_at) {
    co_return Error(ErrorCode::conflict, "this key was revoked on " + to_rfc3339(*key->revoked_at));
  }
  keys::KeyRecord revoked = *key;
  revoked.revoked_at = parts_.clock.now();
  keys::OperatorRows::Detail detail{{"event", "key.revoked"},
                                    {"key_id", key->key_id},
                                    {"tenant_id", key->tenant_id},
                                    {"app_id", key->app_id}};
  const std::string route(exchange.request.path());
  proof::RowDraft row = parts_.operator_rows.change("POST", route, 200, exchange.id, std::move(detail));
  auto start = [this, &revoked, row = std::move(row)](keys::KeyStore::Changed done) mutable {
    parts_.store.update(revoked, std::move(row), std::move(done));
  };
  http::Task<Changed> updating = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(updating);
  if (!head) co_return head.error();
  parts_.keyring.change(revoked.key_id, [at = revoked.revoked_at](keys::KeyRecord& now) {
    if (!now.revoked_at) now.revoked_at = at;
  });
  const Json body{{"revoked", true}, {"key_id", revoked.key_id}, {"chain_head_after", head->row_hash}};
  co_return json_response(200, body);
}

}  // namespace cogos::api
