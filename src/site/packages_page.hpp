#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "checkout/sign_up.hpp"
#include "http/resource.hpp"
#include "http/router.hpp"
#include "keys/keyring.hpp"
#include "site/renderer.hpp"

namespace cogos::site {

/// A page that shows the packages that are public, with prices and limits as they are at the moment. Made
/// again when one of them has changed. Thread-safe.
class PackagesPage {
 public:
  /// `name` is that of its template. `packages`: the ids of those that are shown, in order; one that does not
  /// exist, or no more, is left out. With `sign_up` the template may have forms for what is for sale. All of
  /// them must outlive it. Renders the page once, so that a template's faults end the start.
  PackagesPage(std::string path, std::string name, const Renderer& renderer, const keys::Keyring& keyring,
               std::vector<std::string> packages, const checkout::SignUp* sign_up = nullptr);
  PackagesPage(const PackagesPage&) = delete;
  PackagesPage& operator=(const PackagesPage&) = delete;
  ~PackagesPage() = default;

  void add_routes(http::Router& router);

 private:
  [[nodiscard]] std::vector<keys::Package> shown() const;
  [[nodiscard]] std::shared_ptr<const http::Resource> current();

  const std::string path_;
  const std::string name_;
  const Renderer& renderer_;
  const keys::Keyring& keyring_;
  const checkout::SignUp* sign_up_;
  const std::vector<std::string> ids_;
  std::mutex mutex_;  // guards what is below
  std::vector<keys::Package> rendered_;
  std::shared_ptr<const http::Resource> page_;
};

}  // namespace cogos::site
