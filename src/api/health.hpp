#pragma once

#include "http/router.hpp"
#include "proof/audit_log.hpp"

namespace cogos::api {

/// GET /health (the process answers) and GET /ready (audit rows can be written). Thread-safe.
class HealthApi {
 public:
  explicit HealthApi(const proof::AuditLog& log) : log_(log) {}
  void add_routes(http::Router& router);

 private:
  const proof::AuditLog& log_;
};

}  // namespace cogos::api
