#pragma once

#include <deque>
#include <optional>
#include <string>

#include "http/resource.hpp"
#include "http/router.hpp"
#include "http/stage.hpp"
#include "keys/keyring.hpp"
#include "site/assets.hpp"
#include "site/cookbook.hpp"
#include "site/error_pages.hpp"
#include "site/options.hpp"
#include "site/packages_page.hpp"
#include "site/renderer.hpp"
#include "site/sign_up_pages.hpp"
#include "site/trust_page.hpp"

namespace cogos::site {

/// All that the server shows to people, and the small files that stand at fixed places beside it.
/// Thread-safe.
class Site {
 public:
  /// What live pages look at; all of it must outlive the site.
  struct Ports {
    std::string_view rev;  ///< Of the build.
    const keys::Keyring& keyring;
    TrustPage::Sources trust;
    checkout::SignUp* sign_up = nullptr;  ///< Null where nobody signs up.
  };

  /// Renders every page, so that a template's faults end the start (std::logic_error).
  Site(SiteOptions options, const Ports& ports);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site() = default;

  void add_routes(http::Router& router);

  /// For whatever renders pages of its own.
  [[nodiscard]] const Renderer& renderer() const noexcept { return renderer_; }
  [[nodiscard]] const http::ErrorFace& error_face() const noexcept { return error_pages_; }
  /// What /health shows to browsers.
  [[nodiscard]] const std::string& health_page() const noexcept { return health_page_; }

 private:
  /// At a fixed path: a page, or a file from the configuration.
  struct Placed {
    std::string path;
    http::Resource resource;
  };
  void place_files();

  const SiteOptions options_;
  Assets assets_;
  Renderer renderer_;
  PackagesPage front_;
  PackagesPage service_levels_;
  Cookbook cookbook_;
  TrustPage trust_;
  ErrorPages error_pages_;
  std::optional<SignUpPages> sign_up_pages_;
  std::string health_page_;
  std::deque<Placed> placed_;
};

}  // namespace cogos::site
