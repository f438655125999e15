#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "checkout/stripe_objects.hpp"
#include "crypto/secret.hpp"
#include "http/outgoing.hpp"

namespace cogos::checkout {

struct StripeOptions {
  std::string api_url;          ///< `https://api.stripe.com`
  std::string checkout_origin;  ///< Where customers are sent to: `https://checkout.stripe.com`
  crypto::SecretText secret_key;
  std::chrono::milliseconds timeout{15'000};
};

/// A checkout to be begun.
struct CheckoutOrder {
  std::string tenant_id;
  std::string package_id;
  std::string price_id;
  std::string success_url;  ///< `{CHECKOUT_SESSION_ID}` in it stands for the session's id.
  std::string cancel_url;
};

/// The two calls to Stripe's API that a sign-up needs. Each is made a second time where the first brought no
/// answer; with the same Idempotency-Key, so that it counts once. Safe to use from any number of strands.
class StripeClient {
 public:
  /// The client and the random source must outlive it.
  StripeClient(StripeOptions options, http::HttpClient& client, Random& random);

  /// Begins a session for one subscription to the price. Fails with upstream_error or upstream_timeout; what
  /// Stripe said is in the detail by its codes alone, since its messages repeat what they were sent.
  http::Task<Result<CheckoutSession>> create(const CheckoutOrder& order, http::Cancellation& cancellation);
  /// Nothing where Stripe knows none with this id, or one that is not ours. `id` must be a session's.
  http::Task<Result<std::optional<CheckoutSession>>> find(const std::string& id,
                                                          http::Cancellation& cancellation);

 private:
  [[nodiscard]] http::OutgoingRequest call(std::string method, std::string_view path) const;
  http::Task<Result<http::OutgoingResponse>> send(const http::OutgoingRequest& request,
                                                  http::Cancellation& cancellation);

  const StripeOptions options_;
  http::HttpClient& client_;
  Random& random_;
};

}  // namespace cogos::checkout
