#pragma once

#include <memory>

#include "app/settings.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "checkout/checkout_api.hpp"
#include "http/outgoing.hpp"

namespace cogos::app {

/// What sign-ups work with; see checkout::SignUp. All must outlive the store's last callback.
struct SignUpParts {
  keys::EntitlementStore& store;
  keys::Keyring& keyring;
  const keys::Dek& dek;
  const keys::OperatorRows& operator_rows;
  const Clock& clock;
  Random& random;
};

/// Sign-ups as the settings want them: nothing at all by default. Throws std::runtime_error with a sentence
/// for the operator where half of what they need is set, or a secret is missing.
class SignUps {
 public:
  SignUps(const Settings& settings, const SignUpParts& parts);
  ~SignUps();
  SignUps(const SignUps&) = delete;
  SignUps& operator=(const SignUps&) = delete;

  void add_routes(http::Router& router);
  /// For the pages; null where nobody signs up.
  [[nodiscard]] checkout::SignUp* sign_up() noexcept { return sign_up_.get(); }

 private:
  void sell(const Settings& settings, const SignUpParts& parts);

  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<checkout::StripeClient> stripe_;
  std::unique_ptr<checkout::PaymentReports> reports_;
  std::unique_ptr<checkout::SignUp> sign_up_;
  std::unique_ptr<checkout::CheckoutApi> api_;
};

/// Whether the settings of sign-ups can be: all of what a checkout needs or nothing of it, https everywhere
/// but to loopback. Fails with invalid_request.
[[nodiscard]] Result<void> check_sign_ups(const Settings& settings);

}  // namespace cogos::app
