#include "checkout/payment_reports.hpp"

#include "checkout/subscription_plan.hpp"
#include "crypto/hash.hpp"
#include "http/await_callback.hpp"

namespace cogos::checkout {
namespace {

using Changed = Result<proof::ChainHead>;
using Found = Result<std::optional<keys::Entitlement>>;
using Known = Result<keys::KnownSubscription>;
using State = keys::Subscription::State;

/// How often a report is looked at anew because another one came between. Two or three come at once as a
/// rule.
constexpr int kTries = 16;

const char* name_of(State state) {
  switch (state) {
    case State::good:
      return "subscription.restored";
    case State::unpaid:
      return "subscription.suspended";
    case State::ended:
      break;
  }
  return "subscription.ended";
}

}  // namespace

ByteArray<32> session_hash(std::string_view session_id) {
  std::string text("cogos/checkout-session/v1\n");
  text.append(session_id);
  return crypto::sha256(as_bytes(text));
}

PaymentReports::Grant PaymentReports::grant_of(const CheckoutSession& session) const {
  Grant grant;
  grant.entitlement.tenant_id = session.tenant_id;
  grant.entitlement.package_id = session.package_id;
  grant.entitlement.session_sha256 = session_hash(session.id);
  grant.entitlement.subscription_id = session.subscription_id;
  grant.entitlement.granted_at = parts_.clock.now();
  grant.good_since = session.created;
  return grant;
}

http::Task<Result<void>> PaymentReports::take(const StripeEvent& event) {
  if (const auto* session = std::get_if<CheckoutSession>(&event.news)) {
    co_return co_await take_paid(event, *session);
  }
  if (const auto* report = std::get_if<SubscriptionReport>(&event.news)) {
    co_return co_await take_report(event, *report);
  }
  co_return Result<void>();
}

http::Task<Result<bool>> PaymentReports::grant(const Grant& grant) {
  const keys::Entitlement& entitlement = grant.entitlement;
  keys::OperatorRows::Detail detail{{"event", "signup.paid"},
                                    {"tenant_id", entitlement.tenant_id},
                                    {"package_id", entitlement.package_id},
                                    {"subscription_id", *entitlement.subscription_id}};
  if (grant.event_id) detail.emplace("payment_event", *grant.event_id);
  proof::RowDraft row = parts_.operator_rows.event("signup.paid", std::move(detail));
  auto start = [this, &grant, row = std::move(row)](keys::EntitlementStore::Changed done) mutable {
    parts_.store.grant(grant, std::move(row), std::move(done));
  };
  http::Task<Changed> granting = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(granting);
  if (head) co_return true;
  if (head.error().code() != ErrorCode::conflict) co_return head.error();
  // Known already, or is what is in the way something else?
  auto look = [this, &entitlement](std::function<void(Found)> done) {
    parts_.store.find(*entitlement.session_sha256, std::move(done));
  };
  http::Task<Found> finding = http::await_callback<Found>(std::move(look));
  const Found found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (*found) co_return false;
  co_return Error(ErrorCode::conflict, "another checkout has this tenant or subscription already");
}

http::Task<Result<void>> PaymentReports::record_paid(const CheckoutSession& session) {
  const Grant found = grant_of(session);
  const Result<bool> granted = co_await grant(found);
  if (!granted) co_return granted.error();
  co_return Result<void>();
}

http::Task<Result<void>> PaymentReports::take_paid(const StripeEvent& event, const CheckoutSession& session) {
  Grant reported = grant_of(session);
  reported.good_since = event.created;
  reported.event_id = event.id;
  const Result<bool> granted = co_await grant(reported);
  if (!granted) co_return granted.error();
  if (*granted) co_return Result<void>();
  // Its customer was here before the report. What remains of that is that the subscription is good.
  const SubscriptionReport report{*session.subscription_id, State::good, true};
  co_return co_await take_report(event, report);
}

http::Task<Known> PaymentReports::look_up(const std::string& id, const std::string& event_id) {
  auto look = [this, &id, &event_id](std::function<void(Known)> done) {
    parts_.store.find_subscription(id, event_id, std::move(done));
  };
  http::Task<Known> finding = http::await_callback<Known>(std::move(look));
  co_return co_await std::move(finding);
}

http::Task<Result<void>> PaymentReports::take_report(const StripeEvent& event,
                                                     const SubscriptionReport& report) {
  for (int tries = 0; tries < kTries; ++tries) {
    const Known known = co_await look_up(report.subscription_id, event.id);
    if (!known) co_return known.error();
    const auto plan = plan_subscription(*known, report, event.created);
    if (!plan) co_return Result<void>();
    const keys::EntitlementStore::Decision decision{*known, plan->after, event.id, parts_.clock.now()};
    const Result<void> decided = co_await decide(decision, plan->visible);
    // In conflict where another report came between: what it left decides anew.
    if (decided || decided.error().code() != ErrorCode::conflict) co_return decided;
  }
  co_return Error(ErrorCode::overloaded, "too many reports about one subscription at once; send it again")
      .with_retry_after(1);
}

http::Task<Result<void>> PaymentReports::decide(const keys::EntitlementStore::Decision& decision,
                                                bool visible) {
  std::optional<proof::RowDraft> row;
  if (visible) {
    const char* name = name_of(decision.after.state);
    row = parts_.operator_rows.event(name, {{"event", name},
                                            {"subscription_id", decision.after.id},
                                            {"tenant_id", *decision.before.tenant_id},
                                            {"payment_event", decision.event_id}});
  }
  auto start = [this, &decision, visible,
                row = std::move(row)](keys::EntitlementStore::Changed done) mutable {
    // Put into force on the store's thread, in the order of the commits.
    auto put = [this, &decision, visible, done = std::move(done)](Changed head) {
      const bool good = decision.after.state == State::good;
      if (head && visible) {
        parts_.keyring.suspend(*decision.before.tenant_id, good ? std::nullopt : std::optional(decision.at));
      }
      done(std::move(head));
    };
    parts_.store.decide(decision, std::move(row), std::move(put));
  };
  http::Task<Changed> deciding = http::await_callback<Changed>(std::move(start));
  const Changed head = co_await std::move(deciding);
  if (!head) co_return head.error();
  co_return Result<void>();
}

}  // namespace cogos::checkout
