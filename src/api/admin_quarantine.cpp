#include "api/admin_quarantine.hpp"

#include "api/json_io.hpp"
#include "api/listed_key.hpp"
#include "http/await_callback.hpp"

namespace cogos::api {
namespace {

using Cleared = Result<proof::ChainHead>;

Json shown(const keys::QuarantineEvidence& evidence) {
  return {{"address", evidence.address},
          {"pattern", evidence.pattern},
          {"order", evidence.key_first ? "key_first" : "pattern_first"},
          {"apart_ms", evidence.apart_ms},
          {"scanner_hits", evidence.scanner_hits},
          {"authentication_failures", evidence.authentication_failures}};
}

}  // namespace

void AdminQuarantineApi::add_routes(http::Router& router) {
  router.add({"GET", "/admin/keys/quarantined", http::Realm::admin, http::BodyKind::none,
              [this](http::Exchange& exchange) { return list(exchange); }});
  router.add({"POST", "/admin/keys/{id}/clear-quarantine", http::Realm::admin, http::BodyKind::optional_json,
              [this](http::Exchange& exchange) { return clear(exchange); }});
}

http::Task<Result<http::Response>> AdminQuarantineApi::list(http::Exchange& /*exchange*/) {
  const TimePoint now = clock_.now();
  Json keys = Json::array();
  const auto snapshot = keyring_.snapshot();
  for (const auto& key : snapshot->keys()) {
    if (keys::standing(*key, now) != keys::Standing::quarantined) continue;
    Json one = listed_key(*key, now);
    one["evidence"] = key->quarantine_evidence ? shown(*key->quarantine_evidence) : Json(nullptr);
    keys.push_back(std::move(one));
  }
  const Json body{{"keys", std::move(keys)}};
  co_return json_response(200, body);
}

http::Task<Result<http::Response>> AdminQuarantineApi::clear(http::Exchange& exchange) {
  const std::string key_id = exchange.path_parameters.find("id")->second;
  auto start = [this, &exchange, &key_id](keys::Quarantine::Cleared done) {
    quarantine_.clear(key_id, std::string(exchange.request.path()), exchange.id, std::move(done));
  };
  http::Task<Cleared> clearing = http::await_callback<Cleared>(std::move(start));
  const Cleared head = co_await std::move(clearing);
  if (!head) co_return head.error();
  const Json body{{"cleared", true}, {"key_id", key_id}, {"chain_head_after", head->row_hash}};
  co_return json_response(200, body);
}

}  // namespace cogos::api
