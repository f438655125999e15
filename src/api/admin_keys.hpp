#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "http/router.hpp"
#include "keys/dek.hpp"
#include "keys/key_store.hpp"
#include "keys/keyring.hpp"
#include "keys/operator_rows.hpp"

namespace cogos::api {

/// What the operators' key routes work with. All must outlive the API.
struct AdminKeysParts {
  keys::KeyStore& store;
  keys::Keyring& keyring;
  const keys::Dek& dek;
  const keys::OperatorRows& operator_rows;
  const Clock& clock;
  Random& random;
};

/// POST and GET /admin/keys, POST /admin/keys/{id}/revoke. A change is in force on every thread once its
/// answer leaves, and durable together with its row in the `_operator` chain. Thread-safe.
class AdminKeysApi {
 public:
  explicit AdminKeysApi(const AdminKeysParts& parts) : parts_(parts) {}
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> issue(http::Exchange& exchange);
  http::Task<Result<http::Response>> list(http::Exchange& exchange);
  http::Task<Result<http::Response>> revoke(http::Exchange& exchange);

  AdminKeysParts parts_;
};

}  // namespace cogos::api
