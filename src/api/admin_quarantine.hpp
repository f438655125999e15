#pragma once

#include "base/time.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"
#include "keys/quarantine.hpp"

namespace cogos::api {

/// GET /admin/keys/quarantined, with the evidence; POST /admin/keys/{id}/clear-quarantine. A cleared key is
/// admitted again on every thread once its answer leaves, and durably so. Thread-safe.
class AdminQuarantineApi {
 public:
  /// All must outlive the API.
  AdminQuarantineApi(keys::Quarantine& quarantine, const keys::Keyring& keyring, const Clock& clock)
      : quarantine_(quarantine), keyring_(keyring), clock_(clock) {}
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> list(http::Exchange& exchange);
  http::Task<Result<http::Response>> clear(http::Exchange& exchange);

  keys::Quarantine& quarantine_;
  const keys::Keyring& keyring_;
  const Clock& clock_;
};

}  // namespace cogos::api
