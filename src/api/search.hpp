#pragma once

#include "base/time.hpp"
#include "engine/live_search.hpp"
#include "http/router.hpp"

namespace cogos::api {

/// POST /v1/search. Thread-safe.
class SearchApi {
 public:
  SearchApi(engine::LiveSearch& search, const Clock& clock) : search_(search), clock_(clock) {}

  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> search(http::Exchange& exchange);

  engine::LiveSearch& search_;
  const Clock& clock_;
};

}  // namespace cogos::api
