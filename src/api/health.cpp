#include "api/health.hpp"

#include "api/json_io.hpp"
#include "http/accept.hpp"

namespace cogos::api {

void HealthApi::add_routes(http::Router& router) {
  router.add({"GET", "/health", http::Realm::open, http::BodyKind::none,
              [this](http::Exchange& exchange) -> http::Task<Result<http::Response>> {
                co_return health(exchange.request);
              },
              true});
  router.add({"GET", "/ready", http::Realm::open, http::BodyKind::none,
              [this](http::Exchange&) -> http::Task<Result<http::Response>> {
                const bool ready = log_.writable();
                const Json body{{"ok", ready}, {"audit", ready ? "writable" : "unavailable"}};
                co_return json_response(ready ? 200 : 503, body);
              },
              true});
}

http::Response HealthApi::health(const http::Request& request) const {
  http::Response response;
  if (http::prefers_html(request.headers)) {
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.body = page_;
  } else {
    const Json body{{"ok", true}};
    response = json_response(200, body);
  }
  response.headers.set("Vary", "Accept");
  return response;
}

}  // namespace cogos::api
