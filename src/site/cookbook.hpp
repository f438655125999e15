#pragma once

#include <deque>
#include <string>

#include "http/resource.hpp"
#include "http/router.hpp"
#include "site/renderer.hpp"

namespace cogos::site {

/// GET /cookbook: how to check what this server claims, with the programs of docs/verify as they are; and GET
/// /cookbook/<file> for each of these. Thread-safe.
class Cookbook {
 public:
  /// Renders the page; throws std::logic_error where its template names a program that is not there.
  explicit Cookbook(const Renderer& renderer);
  Cookbook(const Cookbook&) = delete;
  Cookbook& operator=(const Cookbook&) = delete;
  ~Cookbook() = default;

  void add_routes(http::Router& router) const;

 private:
  struct Program {
    std::string path;
    http::Resource resource;
  };
  http::Resource page_;
  std::deque<Program> programs_;
};

}  // namespace cogos::site
