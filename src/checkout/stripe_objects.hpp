#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cogos/result.hpp"
#include "keys/entitlement.hpp"

namespace cogos::checkout {

// What of Stripe's objects is used here (its API reference: Checkout Sessions, Subscriptions, Invoices).
// Everything that an object has beyond that is passed over.

/// The names under which our own values stand in an object's metadata.
inline constexpr const char* kTenantMember = "cogos_tenant";
inline constexpr const char* kPackageMember = "cogos_package";

/// A Checkout Session that this server began.
struct CheckoutSession {
  std::string id;
  std::string url;  ///< Where the customer pays; empty once that is over.
  std::string tenant_id;
  std::string package_id;
  std::optional<std::string> subscription_id;  ///< Once the session is complete.
  std::int64_t created = 0;                    ///< Unix seconds.
  bool paid = false;                           ///< Complete, and paid or nothing to be paid.
};

/// Nothing where it is not one of ours: other things may be sold through the same account. Fails with
/// upstream_error where it is not a session at all.
[[nodiscard]] Result<std::optional<CheckoutSession>> read_checkout_session(const Json& object);

/// What a subscription or an invoice says of a subscription.
struct SubscriptionReport {
  std::string subscription_id;
  keys::Subscription::State state = keys::Subscription::State::good;
  bool ours = false;  ///< It carries our metadata.
};

/// Nothing where its status decides nothing (`incomplete`: the first payment is under way) or is not known.
[[nodiscard]] std::optional<SubscriptionReport> read_subscription(const Json& object);
/// As ended, whatever its status.
[[nodiscard]] std::optional<SubscriptionReport> read_ended_subscription(const Json& object);
/// Nothing where the invoice is for no subscription.
[[nodiscard]] std::optional<SubscriptionReport> read_invoice(const Json& object, bool paid);

/// `cs_` and what Stripe may put after it.
[[nodiscard]] bool is_session_id(std::string_view text) noexcept;
/// The form of Stripe's ids in general: 1 to 255 of A-Za-z0-9_.
[[nodiscard]] bool is_stripe_id(std::string_view text) noexcept;
/// The name of a tenant that a sign-up made.
[[nodiscard]] bool is_sign_up_tenant(std::string_view text) noexcept;
inline constexpr std::string_view kTenantPrefix = "signup-";

}  // namespace cogos::checkout
