#pragma once

#include "checkout/sign_up.hpp"
#include "http/router.hpp"
#include "site/renderer.hpp"

namespace cogos::site {

/// Shows new customers their key, once: GET /success, where the checkout sends who has paid, and
/// POST /signup/free. What is shown is wiped after sending and never cached. Thread-safe.
class SignUpPages {
 public:
  /// Both must outlive the pages. Renders each page once, so that a template's faults end the start.
  SignUpPages(const Renderer& renderer, checkout::SignUp& sign_up);
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> success(http::Exchange& exchange);
  http::Task<Result<http::Response>> free(http::Exchange& exchange);
  [[nodiscard]] http::Response state_page(checkout::SignUp::Claim::Outcome outcome) const;
  [[nodiscard]] http::Response key_page(const keys::MintedKey& key) const;

  const Renderer& renderer_;
  checkout::SignUp& sign_up_;
};

}  // namespace cogos::site
