#include "checkout/checkout_api.hpp"

#include "checkout/stripe_signature.hpp"
#include "http/query.hpp"

namespace cogos::checkout {
namespace {

constexpr std::size_t kMaxForm = 4U << 10U;
constexpr std::size_t kMaxEvent = 256U << 10U;

/// Nothing of the body is looked at before its signature holds.
Result<StripeEvent> read_event(const http::Request& request, const crypto::SecretText& secret,
                               TimePoint now) {
  const auto header = request.headers.find("Stripe-Signature");
  if (!header || request.headers.count("Stripe-Signature") != 1) {
    return Error(ErrorCode::invalid_request, "this path takes Stripe's events, with one Stripe-Signature")
        .with_param("Stripe-Signature");
  }
  const auto signed_by = verify_stripe_signature(*header, request.body, secret, now);
  if (!signed_by) return signed_by.error();
  return read_stripe_event(request.body);
}

}  // namespace

void CheckoutApi::add_routes(http::Router& router) {
  http::Route form{"POST", "/signup", http::Realm::open, http::BodyKind::form,
                   [this](http::Exchange& exchange) { return begin(exchange); }};
  form.max_body_bytes = kMaxForm;
  form.for_people = true;
  form.per_peer_hour = options_.per_peer_hour;
  router.add(std::move(form));
  http::Route webhook{"POST", "/stripe/webhook", http::Realm::open, http::BodyKind::raw,
                      [this](http::Exchange& exchange) { return report(exchange); }};
  webhook.max_body_bytes = kMaxEvent;
  router.add(std::move(webhook));
}

http::Task<Result<http::Response>> CheckoutApi::begin(http::Exchange& exchange) {
  const auto form = http::Query::parse_form(exchange.request.body);
  if (!form) co_return form.error();
  std::string package = form->text("package").value_or("");
  const Result<std::string> place = co_await sign_up_.begin(std::move(package), exchange.cancellation);
  if (!place) co_return place.error();
  http::Response response;
  response.status = 303;
  response.headers.set("Location", *place);
  co_return response;
}

http::Task<Result<http::Response>> CheckoutApi::report(http::Exchange& exchange) {
  const auto event = read_event(exchange.request, options_.webhook_secret, clock_.now());
  if (!event) co_return event.error();
  const Result<void> taken = co_await reports_.take(*event);
  if (!taken) co_return taken.error();
  http::Response response;
  response.headers.set("Content-Type", "application/json");
  response.body = R"({"received":true})";
  co_return response;
}

}  // namespace cogos::checkout
