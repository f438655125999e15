// Stripe's events as its API reference shapes them, and what their order makes of a subscription.
#include "checkout/stripe_event.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "checkout/subscription_plan.hpp"

namespace cogos::checkout {
namespace {

using State = keys::Subscription::State;

constexpr const char* kPayingTenant = "signup-00112233445566778899aabbccddeeff";

Json session() {
  return {{"id", "cs_test_a1"},
          {"object", "checkout.session"},
          {"created", 1767225600},
          {"client_reference_id", kPayingTenant},
          {"metadata", {{"cogos_tenant", kPayingTenant}, {"cogos_package", "team"}}},
          {"mode", "subscription"},
          {"payment_status", "paid"},
          {"status", "complete"},
          {"subscription", "sub_1"},
          {"url", nullptr}};
}

Json event(const char* type, Json object) {
  return {{"id", "evt_1"},
          {"object", "event"},
          {"created", 1767225601},
          {"type", type},
          {"data", {{"object", std::move(object)}}}};
}

StripeEvent read(const Json& json) {
  return read_stripe_event(json.dump()).value();
}
bool is_nothing(const StripeEvent& event) {
  return std::holds_alternative<std::monostate>(event.news);
}
SubscriptionReport report_in(const StripeEvent& event) {
  return std::get<SubscriptionReport>(event.news);
}

TEST(StripeEvents, OfAPaidCheckout) {
  for (const char* type : {"checkout.session.completed", "checkout.session.async_payment_succeeded"}) {
    const auto read_event = read(event(type, session()));
    EXPECT_EQ(read_event.id, "evt_1");
    EXPECT_EQ(read_event.created, 1767225601);
    const auto paid = std::get<CheckoutSession>(read_event.news);
    EXPECT_EQ(paid.id, "cs_test_a1");
    EXPECT_EQ(paid.tenant_id, kPayingTenant);
    EXPECT_EQ(paid.package_id, "team");
    EXPECT_EQ(paid.subscription_id, "sub_1");
    EXPECT_EQ(paid.created, 1767225600);
    EXPECT_TRUE(paid.paid);
  }
  Json nothing_to_pay = session();
  nothing_to_pay["payment_status"] = "no_payment_required";
  nothing_to_pay["subscription"] = {{"id", "sub_2"}, {"object", "subscription"}};
  const auto paid = std::get<CheckoutSession>(read(event("checkout.session.completed", nothing_to_pay)).news);
  EXPECT_EQ(paid.subscription_id, "sub_2");
}

TEST(StripeEvents, OfACheckoutThatIsNotPaidOrNotOursAreNothing) {
  const auto changed = [](const char* member, Json value) {
    Json object = session();
    object[member] = std::move(value);
    return event("checkout.session.completed", std::move(object));
  };
  // Of a tenant that no sign-up made, however well it fits together.
  Json acme = session();
  acme["client_reference_id"] = acme["metadata"]["cogos_tenant"] = "acme";
  EXPECT_TRUE(is_nothing(read(event("checkout.session.completed", acme))));
  for (const Json& json : std::vector<Json>{
           changed("payment_status", "unpaid"), changed("status", "open"), changed("subscription", nullptr),
           changed("mode", "payment"), changed("metadata", nullptr), changed("metadata", Json::object()),
           changed("metadata", {{"cogos_tenant", "acme"}, {"cogos_package", "team"}}),
           changed("metadata", {{"cogos_tenant", kPayingTenant}, {"cogos_package", "<script>"}}),
           changed("client_reference_id", "signup-ffffffffffffffffffffffffffffffff"),
           changed("client_reference_id", nullptr)}) {
    EXPECT_TRUE(is_nothing(read(json))) << json.dump();
  }
}

TEST(StripeEvents, OfSubscriptionsAndInvoices) {
  const Json ours{{"cogos_tenant", kPayingTenant}};
  const auto subscription = [&](const char* status) {
    return event("customer.subscription.updated", {{"id", "sub_1"}, {"status", status}, {"metadata", ours}});
  };
  for (const auto& [status, state] : std::map<const char*, State>{{"active", State::good},
                                                                  {"trialing", State::good},
                                                                  {"past_due", State::unpaid},
                                                                  {"unpaid", State::unpaid},
                                                                  {"paused", State::unpaid},
                                                                  {"canceled", State::ended},
                                                                  {"incomplete_expired", State::ended}}) {
    const auto report = report_in(read(subscription(status)));
    EXPECT_EQ(report.state, state) << status;
    EXPECT_EQ(report.subscription_id, "sub_1");
    EXPECT_TRUE(report.ours);
  }
  for (const char* status : {"incomplete", "", "ACTIVE", "made up"}) {
    EXPECT_TRUE(is_nothing(read(subscription(status)))) << status;
  }
  const Json deleted{{"id", "sub_1"}, {"status", "active"}, {"metadata", nullptr}};
  const auto ended = report_in(read(event("customer.subscription.deleted", deleted)));
  EXPECT_EQ(ended.state, State::ended);
  EXPECT_FALSE(ended.ours);

  const Json older{{"subscription", "sub_3"}, {"subscription_details", {{"metadata", ours}}}};
  const Json newer{{"parent", {{"subscription_details", {{"subscription", "sub_3"}, {"metadata", ours}}}}}};
  for (const Json& invoice : {older, newer}) {
    const auto paid = report_in(read(event("invoice.paid", invoice)));
    EXPECT_EQ(paid.subscription_id, "sub_3");
    EXPECT_EQ(paid.state, State::good);
    EXPECT_TRUE(paid.ours);
    EXPECT_EQ(report_in(read(event("invoice.payment_failed", invoice))).state, State::unpaid);
  }
  EXPECT_TRUE(is_nothing(read(event("invoice.paid", {{"subscription", nullptr}}))));
}

TEST(StripeEvents, OfOtherTypesAreNothing) {
  EXPECT_TRUE(is_nothing(read(event("charge.refunded", session()))));
  EXPECT_TRUE(is_nothing(read(event("customer.subscription.updated", Json::array()))));
}

TEST(StripeEvents, ThatAreNoneAreRefused) {
  std::vector<std::string> bodies{"", "{", "[]", "null", "\"evt_1\"", R"({"id":"evt_1","id":"evt_2"})"};
  for (const char* gone : {"id", "type", "created", "data"}) {
    Json json = event("invoice.paid", Json::object());
    json.erase(gone);
    bodies.push_back(json.dump());
    for (const Json& wrong : {Json(nullptr), Json(-1), Json(1.5), Json("'; --"), Json::array()}) {
      if (std::string_view(gone) == "type" && wrong.is_string()) continue;
      json[gone] = wrong;
      bodies.push_back(json.dump());
    }
  }
  bodies.push_back(event("checkout.session.completed", Json::object()).dump());
  bodies.push_back(
      event("checkout.session.completed", {{"id", "cs_/../x"}, {"object", "checkout.session"}}).dump());
  for (const std::string& body : bodies) {
    const auto refused = read_stripe_event(body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request);
  }
}

TEST(StripeIds, AreWhatStripeMakes) {
  EXPECT_TRUE(is_session_id("cs_test_a1B2"));
  for (const char* wrong : {"", "cs_", "sub_1", "cs_a/b", "cs_a?b", "cs_a%2f", "cs_\xc3\xa9", "cs_a b"}) {
    EXPECT_FALSE(is_session_id(wrong)) << wrong;
  }
  EXPECT_FALSE(is_session_id("cs_" + std::string(253, 'a')));
  EXPECT_TRUE(is_sign_up_tenant(kPayingTenant));
  EXPECT_FALSE(is_sign_up_tenant("signup-00112233445566778899AABBCCDDEEFF"));
  EXPECT_FALSE(is_sign_up_tenant("signup-"));
  EXPECT_FALSE(is_sign_up_tenant("acme"));
}

struct Report {
  State state;
  std::int64_t at;
};

/// What a store would know after these, in this order.
State after(const std::vector<Report>& reports) {
  keys::KnownSubscription known;
  known.tenant_id = kPayingTenant;
  for (const Report& one : reports) {
    const auto plan = plan_subscription(known, {"sub_1", one.state, false}, one.at);
    if (plan) known.subscription = plan->after;
  }
  return known.subscription ? known.subscription->state : State::good;
}

TEST(SubscriptionPlan, IsTheSameInWhateverOrderTheReportsCome) {
  const std::vector<std::pair<std::vector<Report>, State>> stories{
      {{{State::good, 1}, {State::unpaid, 2}, {State::good, 3}}, State::good},
      {{{State::good, 1}, {State::unpaid, 2}, {State::unpaid, 3}}, State::unpaid},
      {{{State::unpaid, 1}, {State::good, 1}, {State::unpaid, 0}}, State::good},
      {{{State::good, 1}, {State::ended, 2}, {State::good, 3}, {State::unpaid, 4}}, State::ended},
      {{{State::good, 5}, {State::ended, 5}, {State::unpaid, 5}}, State::ended},
  };
  for (const auto& [story, expected] : stories) {
    std::vector<std::size_t> order(story.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
      std::vector<Report> told;
      for (const std::size_t i : order) told.push_back(story[i]);
      EXPECT_EQ(after(told), expected);
      for (const std::size_t i : order) told.push_back(story[i]);
      EXPECT_EQ(after(told), expected) << "and told twice";
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(SubscriptionPlan, ShowsWhatChangesForItsTenantOnly) {
  keys::KnownSubscription known;
  EXPECT_FALSE(plan_subscription(known, {"sub_1", State::unpaid, false}, 1)) << "somebody else's";
  auto plan = plan_subscription(known, {"sub_1", State::unpaid, true}, 1);
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->visible) << "nobody has it yet";
  known.tenant_id = kPayingTenant;
  EXPECT_TRUE(plan_subscription(known, {"sub_1", State::unpaid, false}, 1)->visible);
  EXPECT_FALSE(plan_subscription(known, {"sub_1", State::good, false}, 1)->visible);
  known.subscription = keys::Subscription{"sub_1", State::good, 5};
  plan = plan_subscription(known, {"sub_1", State::good, false}, 6);
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->visible);
  EXPECT_EQ(plan->after.decided_at, 6) << "what is older than this counts no more";
  EXPECT_FALSE(plan_subscription(known, {"sub_1", State::unpaid, false}, 5));
  EXPECT_TRUE(plan_subscription(known, {"sub_1", State::ended, false}, 4)->visible);
  known.event_known = true;
  EXPECT_FALSE(plan_subscription(known, {"sub_1", State::unpaid, false}, 7));
}

}  // namespace
}  // namespace cogos::checkout
