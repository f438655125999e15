#pragma once

#include "checkout/payment_reports.hpp"
#include "checkout/sign_up.hpp"
#include "crypto/secret.hpp"
#include "http/router.hpp"

namespace cogos::checkout {

struct CheckoutApiOptions {
  crypto::SecretText webhook_secret;
  std::uint32_t per_peer_hour = 20;  ///< Checkouts that one client address may begin in an hour.
};

/// POST /signup, which sends a visitor to the checkout, and POST /stripe/webhook, by which Stripe reports
/// what became of it. Neither shows a page. Thread-safe.
class CheckoutApi {
 public:
  /// All must outlive the API.
  CheckoutApi(CheckoutApiOptions options, SignUp& sign_up, PaymentReports& reports, const Clock& clock)
      : options_(std::move(options)), sign_up_(sign_up), reports_(reports), clock_(clock) {}
  void add_routes(http::Router& router);

 private:
  http::Task<Result<http::Response>> begin(http::Exchange& exchange);
  http::Task<Result<http::Response>> report(http::Exchange& exchange);

  const CheckoutApiOptions options_;
  SignUp& sign_up_;
  PaymentReports& reports_;
  const Clock& clock_;
};

}  // namespace cogos::checkout
