#include "api/openapi.hpp"

#include "api/embedded.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"

namespace cogos::api {
namespace {

http::Resource make_document(std::string_view rev, const std::string& origin) {
  Json document = base::parse_json(base::embedded_file(embedded_files(), "openapi.json")).value();
  document["info"]["version"] = rev;
  if (!origin.empty()) document["servers"][0]["url"] = origin;
  std::string body = base::canonical(document);
  const std::string version = crypto::sha256_hex(body).substr(0, 32);
  // The next build may describe more.
  return {{"application/json", "public, max-age=300"}, http::Representations::of(std::move(body)), version};
}

}  // namespace

OpenApi::OpenApi(std::string_view rev, const std::string& origin) : document_(make_document(rev, origin)) {}

void OpenApi::add_routes(http::Router& router) {
  router.add({"GET", "/openapi.json", http::Realm::open, http::BodyKind::none,
              [this](http::Exchange& exchange) -> http::Task<Result<http::Response>> {
                co_return document_.answer(exchange.request);
              }});
}

}  // namespace cogos::api
