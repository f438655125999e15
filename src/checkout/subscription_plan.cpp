#include "checkout/subscription_plan.hpp"

#include <algorithm>

namespace cogos::checkout {
namespace {

using State = keys::Subscription::State;

bool is_overtaken(const keys::Subscription& known, State state, std::int64_t at) {
  if (known.state == State::ended) return true;
  if (state == State::ended) return false;
  if (at != known.decided_at) return at < known.decided_at;
  return state == known.state || state == State::unpaid;
}

}  // namespace

std::optional<SubscriptionPlan> plan_subscription(const keys::KnownSubscription& known,
                                                  const SubscriptionReport& report,
                                                  std::int64_t reported_at) {
  if (known.event_known) return std::nullopt;
  if (!report.ours && !known.subscription && !known.tenant_id) return std::nullopt;
  const State before = known.subscription ? known.subscription->state : State::good;
  std::int64_t at = reported_at;
  if (known.subscription) {
    if (is_overtaken(*known.subscription, report.state, reported_at)) return std::nullopt;
    at = std::max(at, known.subscription->decided_at);
  }
  return SubscriptionPlan{{report.subscription_id, report.state, at},
                          known.tenant_id.has_value() && before != report.state};
}

}  // namespace cogos::checkout
