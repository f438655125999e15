#pragma once

#include <string>

#include "base/json.hpp"
#include "keys/package_change.hpp"

namespace cogos::api {

/// A new package as ordered.
struct PackageOrder {
  std::string id;
  keys::PackagePatch patch;
};

/// Reads the body of POST /admin/packages. Fails with validation_failed and all that is wrong.
[[nodiscard]] Result<PackageOrder> read_new_package(const Json& body);

/// Reads the body of PUT /admin/packages/{id}: members left out keep their values. An `id` may be repeated
/// but not changed. Fails with validation_failed and all that is wrong.
[[nodiscard]] Result<keys::PackagePatch> read_package_patch(const Json& body, std::string_view id);

/// A package as the operator sees it.
[[nodiscard]] Json package_json(const keys::Package& package);

}  // namespace cogos::api
