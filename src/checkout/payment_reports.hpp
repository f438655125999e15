#pragma once

#include "base/time.hpp"
#include "checkout/stripe_event.hpp"
#include "http/task.hpp"
#include "keys/entitlement_store.hpp"
#include "keys/keyring.hpp"
#include "keys/operator_rows.hpp"

namespace cogos::checkout {

/// Takes what the payment provider reports: records what was paid for, suspends the keys of a subscription
/// that is not paid and gives them back once it is. Each report counts once, in whatever order and however
/// often it comes. Durable when the call returns. Safe to use from any number of strands.
class PaymentReports {
 public:
  /// All must outlive the store's last callback.
  struct Parts {
    keys::EntitlementStore& store;
    keys::Keyring& keyring;
    const keys::OperatorRows& operator_rows;
    const Clock& clock;
  };
  explicit PaymentReports(const Parts& parts) : parts_(parts) {}

  /// Fails with overloaded or audit_unavailable, and then wants the event again.
  http::Task<Result<void>> take(const StripeEvent& event);

  /// A session that was found to be paid without a report of it. Without effect where it is known already.
  http::Task<Result<void>> record_paid(const CheckoutSession& session);

 private:
  using Grant = keys::EntitlementStore::Grant;
  /// Whether it was new.
  http::Task<Result<bool>> grant(const Grant& grant);
  http::Task<Result<void>> take_paid(const StripeEvent& event, const CheckoutSession& session);
  http::Task<Result<void>> take_report(const StripeEvent& event, const SubscriptionReport& report);
  http::Task<Result<keys::KnownSubscription>> look_up(const std::string& id, const std::string& event_id);
  http::Task<Result<void>> decide(const keys::EntitlementStore::Decision& decision, bool visible);
  [[nodiscard]] Grant grant_of(const CheckoutSession& session) const;

  const Parts parts_;
};

/// By which a session's entitlement is found: its id would open it.
[[nodiscard]] ByteArray<32> session_hash(std::string_view session_id);

}  // namespace cogos::checkout
