#pragma once

#include <string>

#include "http/stage.hpp"
#include "site/renderer.hpp"

namespace cogos::site {

/// Shows browsers a page where everybody else gets JSON: for an unknown path, and for what goes wrong with a
/// route that is for people. Of an unknown path what is asked for does not count, only Accept does, so that a
/// path which exists for the operators alone stays like any other. Under /v1 it is always JSON. Thread-safe.
class ErrorPages final : public http::ErrorFace {
 public:
  /// Renders both pages once, so that a template's faults end the start. `renderer` must outlive it.
  explicit ErrorPages(const Renderer& renderer);
  void show(const http::Exchange& exchange, const Error& error, http::Response& response) const override;

 private:
  const Renderer& renderer_;
  std::string not_found_;
};

}  // namespace cogos::site
