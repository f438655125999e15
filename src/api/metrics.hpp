#pragma once

#include <functional>
#include <string>

#include "http/router.hpp"

namespace cogos::api {

/// GET /metrics, for the operators' Prometheus. Thread-safe if `text` is.
class MetricsApi {
 public:
  /// `text` gives all figures in Prometheus's text format 0.0.4.
  explicit MetricsApi(std::function<std::string()> text) : text_(std::move(text)) {}
  void add_routes(http::Router& router);

 private:
  std::function<std::string()> text_;
};

}  // namespace cogos::api
