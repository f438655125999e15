#include "api/health.hpp"

#include "api/json_io.hpp"

namespace cogos::api {

void HealthApi::add_routes(http::Router& router) {
  router.add({"GET", "/health", http::Realm::open, http::BodyKind::none,
              [](http::Exchange&) -> http::Task<Result<http::Response>> {
                const Json body{{"ok", true}};
                co_return json_response(200, body);
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

}  // namespace cogos::api
