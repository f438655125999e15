#pragma once

#include "api/model_catalog.hpp"
#include "base/time.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"

namespace cogos::api {

/// GET /v1/models and GET /v1/me: what the caller's key is and may do. Thread-safe.
class AccountApi {
 public:
  AccountApi(const keys::Keyring& keyring, const ModelCatalog& catalog, const Clock& clock)
      : keyring_(keyring), catalog_(catalog), clock_(clock), started_(clock.now()) {}

  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> models(http::Exchange& exchange);
  http::Task<Result<http::Response>> me(http::Exchange& exchange);

  const keys::Keyring& keyring_;
  const ModelCatalog& catalog_;
  const Clock& clock_;
  const TimePoint started_;
};

}  // namespace cogos::api
