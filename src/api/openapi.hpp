#pragma once

#include <string>

#include "http/resource.hpp"
#include "http/router.hpp"

namespace cogos::api {

/// GET /openapi.json: the description of what is public here (OpenAPI 3.1), the same for everybody. Kept true
/// by tests/flow/test_openapi.py, which holds live answers against it.
class OpenApi {
 public:
  /// `rev` is the build; `origin` is where clients reach the server, empty where that is not configured.
  /// Throws std::runtime_error where the text in the binary is not JSON, which the tests would have seen.
  OpenApi(std::string_view rev, const std::string& origin);

  void add_routes(http::Router& router);

 private:
  http::Resource document_;
};

}  // namespace cogos::api
