#include "checkout/stripe_objects.hpp"

#include <algorithm>

#include "proof/wire.hpp"

namespace cogos::checkout {
namespace {

using State = keys::Subscription::State;

constexpr std::size_t kTenantDigits = 32;

/// Null where there is no such member, or a null.
const Json* member(const Json* value, const char* name) {
  if (value == nullptr || !value->is_object()) return nullptr;
  const auto found = value->find(name);
  return found == value->end() || found->is_null() ? nullptr : &*found;
}

/// Empty where there is none, or it is no text.
std::string_view text(const Json* value, const char* name) {
  const Json* found = member(value, name);
  return found != nullptr && found->is_string() ? std::string_view(found->get_ref<const std::string&>())
                                                : std::string_view();
}

/// A reference to another object: its id, or where it was expanded the object.
std::string reference(const Json* value, const char* name) {
  const Json* found = member(value, name);
  const std::string_view id = found != nullptr && found->is_object() ? text(found, "id") : text(value, name);
  return is_stripe_id(id) ? std::string(id) : std::string();
}

bool is_ours(const Json* metadata) {
  return is_sign_up_tenant(text(metadata, kTenantMember));
}

std::optional<State> state_of(std::string_view status) {
  if (status == "active" || status == "trialing") return State::good;
  if (status == "past_due" || status == "unpaid" || status == "paused") return State::unpaid;
  if (status == "canceled" || status == "incomplete_expired") return State::ended;
  return std::nullopt;
}

std::optional<SubscriptionReport> subscription_report(const Json& object, std::optional<State> state) {
  const std::string_view id = text(&object, "id");
  if (!state || !is_stripe_id(id)) return std::nullopt;
  return SubscriptionReport{std::string(id), *state, is_ours(member(&object, "metadata"))};
}

}  // namespace

bool is_stripe_id(std::string_view text) noexcept {
  constexpr std::size_t kMax = 255;
  return !text.empty() && text.size() <= kMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_session_id(std::string_view text) noexcept {
  constexpr std::string_view kPrefix = "cs_";
  return text.size() > kPrefix.size() && text.starts_with(kPrefix) && is_stripe_id(text);
}

bool is_sign_up_tenant(std::string_view text) noexcept {
  return text.size() == kTenantPrefix.size() + kTenantDigits && text.starts_with(kTenantPrefix) &&
         text.find_first_not_of("0123456789abcdef", kTenantPrefix.size()) == std::string_view::npos;
}

Result<std::optional<CheckoutSession>> read_checkout_session(const Json& object) {
  const std::string_view id = text(&object, "id");
  const Json* created = member(&object, "created");
  if (text(&object, "object") != "checkout.session" || !is_session_id(id) || created == nullptr ||
      !created->is_number_unsigned()) {
    return Error(ErrorCode::upstream_error, "the payment provider's answer is not a checkout session");
  }
  const Json* metadata = member(&object, "metadata");
  const std::string_view tenant = text(metadata, kTenantMember);
  const std::string_view package = text(metadata, kPackageMember);
  // The reference can be set by whoever opens a payment link; the metadata only by who holds the secret key.
  const bool ours = is_sign_up_tenant(tenant) && proof::is_name(package) &&
                    text(&object, "client_reference_id") == tenant && text(&object, "mode") == "subscription";
  if (!ours) return std::optional<CheckoutSession>();
  CheckoutSession session;
  session.id = id;
  session.url = text(&object, "url");
  session.tenant_id = tenant;
  session.package_id = package;
  if (std::string subscription = reference(&object, "subscription"); !subscription.empty()) {
    session.subscription_id = std::move(subscription);
  }
  session.created = created->get<std::int64_t>();
  const std::string_view payment = text(&object, "payment_status");
  session.paid = text(&object, "status") == "complete" && session.subscription_id &&
                 (payment == "paid" || payment == "no_payment_required");
  return std::optional(std::move(session));
}

std::optional<SubscriptionReport> read_subscription(const Json& object) {
  return subscription_report(object, state_of(text(&object, "status")));
}

std::optional<SubscriptionReport> read_ended_subscription(const Json& object) {
  return subscription_report(object, State::ended);
}

std::optional<SubscriptionReport> read_invoice(const Json& object, bool paid) {
  // Since its API of 2025-03-31 Stripe has both under `parent`.
  const Json* newer = member(member(&object, "parent"), "subscription_details");
  const Json* details = newer != nullptr ? newer : member(&object, "subscription_details");
  const std::string id =
      newer != nullptr ? reference(newer, "subscription") : reference(&object, "subscription");
  if (id.empty()) return std::nullopt;
  return SubscriptionReport{id, paid ? State::good : State::unpaid, is_ours(member(details, "metadata"))};
}

}  // namespace cogos::checkout
