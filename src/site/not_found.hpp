#pragma once

#include <string>

#include "http/stage.hpp"

namespace cogos::site {

/// Shows an unknown path to browsers as a page, to everybody else as JSON. What is asked for does not count,
/// only Accept does, so that a path which exists for the operators alone stays like any other. Under /v1 it
/// is always JSON. Thread-safe.
class NotFoundFace final : public http::ErrorFace {
 public:
  explicit NotFoundFace(std::string page) : page_(std::move(page)) {}
  void show(const http::Exchange& exchange, const Error& error, http::Response& response) const override;

 private:
  std::string page_;
};

}  // namespace cogos::site
