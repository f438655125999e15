#pragma once

#include "base/time.hpp"
#include "http/router.hpp"
#include "proof/operator_log.hpp"

namespace cogos::api {

/// GET /admin/usage: the cleartext metadata of all chains' rows, page by page; never what is sealed.
/// Thread-safe.
class AdminUsageApi {
 public:
  AdminUsageApi(proof::OperatorLog& log, const Clock& clock) : log_(log), clock_(clock) {}
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> rows(http::Exchange& exchange);

  proof::OperatorLog& log_;
  const Clock& clock_;
};

}  // namespace cogos::api
