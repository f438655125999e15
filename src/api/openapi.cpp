#include "api/openapi.hpp"

#include "api/json_io.hpp"
#include "api/openapi_text.hpp"
#include "crypto/hash.hpp"

namespace cogos::api {
namespace {

/// Whether a list of entity tags (RFC 9110 §13.1.2) has this one, compared weakly, as If-None-Match is.
bool names(std::string_view tags, std::string_view etag) {
  return tags == "*" || tags.find(etag) != std::string_view::npos;
}

}  // namespace

OpenApi::OpenApi(std::string_view rev, const std::string& origin) {
  Json document = base::parse_json(openapi_text()).value();
  document["info"]["version"] = rev;
  if (!origin.empty()) document["servers"][0]["url"] = origin;
  body_ = base::canonical(document);
  etag_ = '"' + crypto::sha256_hex(body_).substr(0, 32) + '"';
}

void OpenApi::add_routes(http::Router& router) {
  router.add({"GET", "/openapi.json", http::Realm::open, http::BodyKind::none,
              [this](http::Exchange& exchange) { return get(exchange); }});
}

http::Task<Result<http::Response>> OpenApi::get(http::Exchange& exchange) {
  const std::string known = exchange.request.headers.joined("If-None-Match");
  const bool has_it = names(known, etag_);
  http::Response response = json_response(has_it ? 304 : 200, has_it ? std::string() : body_);
  response.headers.set("ETag", etag_);
  // The next build may describe more.
  response.headers.set("Cache-Control", "public, max-age=300");
  co_return response;
}

}  // namespace cogos::api
