#include "api/metrics.hpp"

namespace cogos::api {

void MetricsApi::add_routes(http::Router& router) {
  router.add({"GET", "/metrics", http::Realm::admin, http::BodyKind::none,
              [this](http::Exchange&) -> http::Task<Result<http::Response>> {
                http::Response response;
                response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                response.body = text_();
                co_return response;
              }});
}

}  // namespace cogos::api
