#include "checkout/stripe_client.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "support/counting_random.hpp"
#include "support/run_task.hpp"

namespace cogos::checkout {
namespace {

constexpr const char* kTenant = "signup-00112233445566778899aabbccddeeff";
constexpr const char* kKey = "sk_test_VerySecret";

/// Plays its answers one after another, and keeps the requests.
class ScriptedClient final : public http::HttpClient {
 public:
  using Answer = Result<http::OutgoingResponse>;

  void play(int status, const Json& body) { play_text(status, body.dump()); }
  void play_text(int status, std::string body) {
    http::OutgoingResponse response;
    response.status = status;
    response.body = std::move(body);
    answers.emplace_back(std::move(response));
  }
  void fail(ErrorCode code) { answers.emplace_back(Error(code, "the upstream is gone")); }

  http::Task<Answer> send(const http::OutgoingRequest& request, http::Cancellation&) override {
    requests.push_back(request);
    Answer answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }
  http::Task<Result<std::unique_ptr<http::OutgoingStream>>> open(const http::OutgoingRequest&,
                                                                 http::Cancellation&) override {
    co_return Error(ErrorCode::internal, "not used");
  }

  std::deque<Answer> answers;
  std::vector<http::OutgoingRequest> requests;
};

class StripeClientTest : public ::testing::Test {
 protected:
  static StripeOptions options() {
    StripeOptions options;
    options.api_url = "https://api.stripe.example";
    options.checkout_origin = "https://checkout.stripe.example";
    options.secret_key = crypto::SecretText(std::string(kKey));
    return options;
  }
  static Json session(const std::string& url = "https://checkout.stripe.example/c/pay/cs_test_1#x") {
    return {{"id", "cs_test_1"},
            {"object", "checkout.session"},
            {"created", 1767225600},
            {"client_reference_id", kTenant},
            {"metadata", {{"cogos_tenant", kTenant}, {"cogos_package", "team"}}},
            {"mode", "subscription"},
            {"payment_status", "unpaid"},
            {"status", "open"},
            {"subscription", nullptr},
            {"url", url}};
  }
  Result<CheckoutSession> create() {
    const CheckoutOrder order{kTenant, "team", "price_1",
                              "https://a.example/success?session_id={CHECKOUT_SESSION_ID}",
                              "https://a.example/"};
    return test::run_task(stripe.create(order, cancellation));
  }
  Result<std::optional<CheckoutSession>> find() {
    return test::run_task(stripe.find("cs_test_1", cancellation));
  }
  static std::string header(const http::OutgoingRequest& request, std::string_view name) {
    for (const auto& [field, value] : request.headers) {
      if (field == name) return value;
    }
    return "(none)";
  }
  void expect_silent(const Error& error) const {
    EXPECT_EQ((error.message() + error.detail()).find("VerySecret"), std::string::npos);
    EXPECT_EQ((error.message() + error.detail()).find("cs_test_1"), std::string::npos);
  }

  ScriptedClient client;
  test::CountingRandom random;
  http::Cancellation cancellation;
  StripeClient stripe{options(), client, random};
};

TEST_F(StripeClientTest, BeginsASessionAsAFormWithNestedNames) {
  client.play(200, session());
  const auto created = create();
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_EQ(created->url, "https://checkout.stripe.example/c/pay/cs_test_1#x");
  const auto& request = client.requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.stripe.example/v1/checkout/sessions");
  EXPECT_EQ(header(request, "Authorization"), "Bearer sk_test_VerySecret");
  EXPECT_EQ(header(request, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(header(request, "Idempotency-Key").size(), 36U);
  EXPECT_EQ(request.body,
            "mode=subscription&line_items%5B0%5D%5Bprice%5D=price_1&line_items%5B0%5D%5Bquantity%5D=1"
            "&client_reference_id=signup-00112233445566778899aabbccddeeff"
            "&metadata%5Bcogos_tenant%5D=signup-00112233445566778899aabbccddeeff"
            "&metadata%5Bcogos_package%5D=team"
            "&subscription_data%5Bmetadata%5D%5Bcogos_tenant%5D=signup-00112233445566778899aabbccddeeff"
            "&success_url=https%3A%2F%2Fa.example%2Fsuccess%3Fsession_id%3D%7BCHECKOUT_SESSION_ID%7D"
            "&cancel_url=https%3A%2F%2Fa.example%2F");
}

TEST_F(StripeClientTest, AsksOnceMoreWithTheSameIdempotencyKey) {
  client.fail(ErrorCode::upstream_error);
  client.play(200, session());
  ASSERT_TRUE(create());
  ASSERT_EQ(client.requests.size(), 2U);
  EXPECT_EQ(header(client.requests[0], "Idempotency-Key"), header(client.requests[1], "Idempotency-Key"));
  client.fail(ErrorCode::upstream_error);
  client.fail(ErrorCode::upstream_error);
  const auto failed = create();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::upstream_error);
  EXPECT_EQ(client.requests.size(), 4U);
  EXPECT_NE(header(client.requests[0], "Idempotency-Key"), header(client.requests[2], "Idempotency-Key"));
  client.fail(ErrorCode::upstream_timeout);
  EXPECT_EQ(create().error().code(), ErrorCode::upstream_timeout);
  EXPECT_EQ(client.requests.size(), 5U) << "who has waited so long is told so";
}

TEST_F(StripeClientTest, SendsNobodyToAnotherPlace) {
  for (const char* url :
       {"http://checkout.stripe.example/x", "https://evil.example/", "", "https://checkout.stripe.example",
        "https://checkout.stripe.example.evil.example/", "https://checkout.stripe.example@evil.example/",
        "//checkout.stripe.example/", "https://checkout.stripe.example/\r\nSet-Cookie: a=b",
        "https://checkout.stripe.example/ x", "javascript:alert(1)"}) {
    client.play(200, session(url));
    const auto refused = create();
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code(), ErrorCode::upstream_error);
  }
}

TEST_F(StripeClientTest, TakesNothingElseForASession) {
  Json other = session();
  other["client_reference_id"] = "signup-ffffffffffffffffffffffffffffffff";
  other["metadata"]["cogos_tenant"] = other["client_reference_id"];
  Json no_session = session();
  no_session["object"] = "payment_intent";
  for (const std::string& body :
       {std::string("not JSON"), std::string("[]"), std::string("{}"), other.dump(), no_session.dump()}) {
    client.play_text(200, body);
    const auto refused = create();
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().code(), ErrorCode::upstream_error);
    expect_silent(refused.error());
  }
}

TEST_F(StripeClientTest, SaysWhyItWasRefusedByCodesAlone) {
  client.play(401, Json{{"error",
                         {{"type", "invalid_request_error"},
                          {"code", "<b>sk_test_VerySecret"},
                          {"message", "Invalid API Key: sk_test_VerySecret"}}}});
  const auto refused = create();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail(), "status 401, type invalid_request_error, code ?");
  expect_silent(refused.error());
  client.play_text(500, "<html>");
  EXPECT_EQ(create().error().detail(), "status 500");
}

TEST_F(StripeClientTest, FindsASessionOrNone) {
  Json paid = session();
  paid["status"] = "complete";
  paid["payment_status"] = "paid";
  paid["subscription"] = "sub_1";
  paid["url"] = nullptr;
  client.play(200, paid);
  const auto found = find();
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->paid);
  EXPECT_EQ(client.requests.front().method, "GET");
  EXPECT_EQ(client.requests.front().url, "https://api.stripe.example/v1/checkout/sessions/cs_test_1");
  EXPECT_EQ(header(client.requests.front(), "Authorization"), "Bearer sk_test_VerySecret");
  client.play(200, session());
  EXPECT_FALSE((*find())->paid);
  client.play(404, Json{{"error", {{"code", "resource_missing"}}}});
  EXPECT_FALSE(find().value());
  paid["metadata"] = Json::object();
  client.play(200, paid);
  EXPECT_FALSE(find().value()) << "another's session";
  Json other = session();
  other["id"] = "cs_test_2";
  client.play(200, other);
  EXPECT_EQ(find().error().code(), ErrorCode::upstream_error);
  client.play_text(503, "");
  EXPECT_EQ(find().error().upstream_status(), 503);
}

}  // namespace
}  // namespace cogos::checkout
