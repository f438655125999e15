#pragma once

#include <string>

#include "http/router.hpp"
#include "keys/keyring.hpp"
#include "keys/operator_rows.hpp"
#include "keys/package_store.hpp"

namespace cogos::api {

/// GET and POST /admin/packages, PUT and DELETE /admin/packages/{id}. A change is in force for every request
/// that starts once its answer leaves, and durable together with its row in the `_operator` chain.
/// Thread-safe.
class AdminPackagesApi {
 public:
  /// All must outlive the API, and the keyring the store's last callback.
  AdminPackagesApi(keys::PackageStore& store, keys::Keyring& keyring, const keys::OperatorRows& operator_rows)
      : store_(store), keyring_(keyring), operator_rows_(operator_rows) {}
  void add_routes(http::Router& router);

 private:
  using Answer = http::Task<Result<http::Response>>;
  /// A change of one package and how it is reported.
  struct Report {
    int status = 200;
    std::string event;
    std::string id;
  };

  Answer list(http::Exchange& exchange);
  Answer create(http::Exchange& exchange);
  Answer update(http::Exchange& exchange);
  Answer remove(http::Exchange& exchange);
  Answer change(http::Exchange& exchange, keys::PackageStore::Change apply, Report report);

  keys::PackageStore& store_;
  keys::Keyring& keyring_;
  const keys::OperatorRows& operator_rows_;
};

}  // namespace cogos::api
