#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "checkout/stripe_objects.hpp"

namespace cogos::checkout {

/// One of Stripe's events, as far as it is acted on.
struct StripeEvent {
  std::string id;
  std::int64_t created = 0;  ///< Unix seconds, by Stripe's clock.
  /// Nothing to do; a checkout that was paid; news of a subscription.
  std::variant<std::monostate, CheckoutSession, SubscriptionReport> news;
};

/// Of a body whose signature holds. Fails with invalid_request where it is not an event, or not as its type
/// demands.
[[nodiscard]] Result<StripeEvent> read_stripe_event(std::string_view body);

}  // namespace cogos::checkout
