#pragma once

#include "app/log.hpp"
#include "http/stage.hpp"

namespace cogos::app {

/// One line per answer. Of the request only the route's pattern is logged, never what the client spelt
/// itself: paths, queries, headers and bodies can hold secrets. Thread-safe.
class AccessLog final : public http::Observer {
 public:
  AccessLog(Log& log, const Clock& clock) : log_(log), clock_(clock) {}
  void answered(const http::Exchange& exchange) override;

 private:
  Log& log_;
  const Clock& clock_;
};

}  // namespace cogos::app
