#pragma once

#include <optional>

#include "checkout/stripe_objects.hpp"
#include "keys/entitlement.hpp"

namespace cogos::checkout {

/// What a report makes of what is known.
struct SubscriptionPlan {
  keys::Subscription after;
  /// Whether that changes what its tenant may do, and so has a row.
  bool visible = false;
};

/// Nothing where the report changes nothing: it came before, is about somebody else's subscription, or is
/// older than what is known. Reports come in any order, so the time when the provider made each decides; of
/// two of one second the better news counts, but for an end, which is for good and whatever its time.
[[nodiscard]] std::optional<SubscriptionPlan> plan_subscription(const keys::KnownSubscription& known,
                                                                const SubscriptionReport& report,
                                                                std::int64_t reported_at);

}  // namespace cogos::checkout
