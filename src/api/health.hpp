#pragma once

#include <string>

#include "http/router.hpp"
#include "proof/audit_log.hpp"

namespace cogos::api {

/// GET /health (the process answers; as a page for browsers, as JSON for everybody else) and GET /ready
/// (audit rows can be written). Thread-safe.
class HealthApi {
 public:
  /// `page`: what browsers see.
  HealthApi(const proof::AuditLog& log, std::string page) : log_(log), page_(std::move(page)) {}
  void add_routes(http::Router& router);

 private:
  [[nodiscard]] http::Response health(const http::Request& request) const;

  const proof::AuditLog& log_;
  const std::string page_;
};

}  // namespace cogos::api
