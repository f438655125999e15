#include "checkout/stripe_event.hpp"

namespace cogos::checkout {
namespace {

Error malformed(std::string_view what) {
  return {ErrorCode::invalid_request, "the body is not an event: " + std::string(what)};
}

template <class News>
Result<StripeEvent> with(StripeEvent event, std::optional<News> news) {
  if (news) event.news = std::move(*news);
  return event;
}

Result<StripeEvent> with_session(StripeEvent event, const Json& object) {
  auto session = read_checkout_session(object);
  if (!session) return malformed("its object is not a checkout session");
  // One that is not paid yet has an event of its own when it is.
  if (*session && !(*session)->paid) return event;
  return with(std::move(event), std::move(*session));
}

}  // namespace

Result<StripeEvent> read_stripe_event(std::string_view body) {
  const auto json = base::parse_json(body);
  if (!json) return malformed(json.error().message());
  if (!json->is_object()) return malformed("it is not a JSON object");
  const auto id = json->find("id");
  const auto type = json->find("type");
  const auto created = json->find("created");
  const auto data = json->find("data");
  if (id == json->end() || !id->is_string() || !is_stripe_id(id->get_ref<const std::string&>())) {
    return malformed("`id` is not one");
  }
  if (type == json->end() || !type->is_string()) return malformed("`type` is not text");
  if (created == json->end() || !created->is_number_unsigned()) return malformed("`created` is not a time");
  if (data == json->end() || !data->is_object() || !data->contains("object")) {
    return malformed("it has no `data.object`");
  }
  StripeEvent event{id->get<std::string>(), created->get<std::int64_t>(), {}};
  const std::string_view name = type->get_ref<const std::string&>();
  const Json& object = data->at("object");
  if (name == "checkout.session.completed" || name == "checkout.session.async_payment_succeeded") {
    return with_session(std::move(event), object);
  }
  if (name == "invoice.paid") return with(std::move(event), read_invoice(object, true));
  if (name == "invoice.payment_failed") return with(std::move(event), read_invoice(object, false));
  if (name == "customer.subscription.updated") return with(std::move(event), read_subscription(object));
  if (name == "customer.subscription.deleted") return with(std::move(event), read_ended_subscription(object));
  return event;
}

}  // namespace cogos::checkout
