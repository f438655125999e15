#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/resource.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"
#include "site/renderer.hpp"

namespace cogos::site {

/// GET /: what this is, how to check it, and the packages that are public with their prices, as they are at
/// the moment. Made again when one of them has changed. Thread-safe.
class FrontPage {
 public:
  /// `packages`: the ids of those that are shown, in order; one that does not exist, or no more, is left out.
  /// `renderer` and `keyring` must outlive it. Renders the page once, so that a template's faults end the
  /// start.
  FrontPage(const Renderer& renderer, const keys::Keyring& keyring, std::vector<std::string> packages);
  FrontPage(const FrontPage&) = delete;
  FrontPage& operator=(const FrontPage&) = delete;
  ~FrontPage() = default;

  void add_routes(http::Router& router);

 private:
  [[nodiscard]] std::vector<keys::Package> shown() const;
  [[nodiscard]] std::shared_ptr<const http::Resource> current();

  const Renderer& renderer_;
  const keys::Keyring& keyring_;
  const std::vector<std::string> ids_;
  std::mutex mutex_;  // guards what is below
  std::vector<keys::Package> rendered_;
  std::shared_ptr<const http::Resource> page_;
};

}  // namespace cogos::site
