#include "api/attestation_keys.hpp"

#include "api/json_io.hpp"
#include "http/query.hpp"
#include "proof/wire.hpp"

namespace cogos::api {
namespace {

http::Response pem_response(const std::string& pem, const std::string& kid) {
  http::Response response;
  response.headers.set("Content-Type", "text/plain");
  response.headers.set("X-Cogos-Attestation-Kid", kid);
  response.body = pem;
  return response;
}

}  // namespace

void AttestationKeysApi::add_routes(http::Router& router) {
  router.add({"GET", "/attestation.pub", http::Realm::open, http::BodyKind::none,
              [this](http::Exchange& exchange) { return current(exchange); }});
  router.add({"GET", "/attestation/keys", http::Realm::open, http::BodyKind::none,
              [this](http::Exchange& exchange) { return all(exchange); }});
}

http::Task<Result<http::Response>> AttestationKeysApi::current(http::Exchange& exchange) {
  const auto query = http::Query::parse(exchange.request.query());
  if (!query) co_return query.error();
  const std::string kid = query->text("kid").value_or(signer_.kid());
  if (kid == signer_.kid()) co_return pem_response(signer_.public_pem(), kid);
  for (const keys::AttestationKeyRecord& key : store_.all()) {
    if (key.kid == kid) co_return pem_response(key.public_pem, kid);
  }
  co_return Error(ErrorCode::not_found, "no attestation key has this kid; GET /attestation/keys lists all")
      .with_param("kid");
}

http::Task<Result<http::Response>> AttestationKeysApi::all(http::Exchange& /*exchange*/) {
  Json keys = Json::array();
  for (const keys::AttestationKeyRecord& key : store_.all()) {
    keys.push_back({{"kid", key.kid},
                    {"public_pem", key.public_pem},
                    {"rev", key.rev},
                    {"started_at", to_rfc3339(key.started_at)},
                    {"ended_at", key.ended_at ? Json(to_rfc3339(*key.ended_at)) : Json(nullptr)},
                    {"recorded_in",
                     {{"tenant_id", proof::kOperatorChain.tenant_id},
                      {"app_id", proof::kOperatorChain.app_id},
                      {"seq", key.operator_seq},
                      {"row_hash", key.operator_row_hash}}}});
  }
  const Json body{{"keys", std::move(keys)}};
  co_return json_response(200, body);
}

}  // namespace cogos::api
