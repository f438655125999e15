#include "checkout/stripe_client.hpp"

#include <algorithm>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "http/bearer.hpp"
#include "keys/mint.hpp"

namespace cogos::checkout {
namespace {

/// The version whose shapes are read here; without it an account's own would decide.
constexpr std::string_view kApiVersion = "2024-06-20";
constexpr std::size_t kMaxAnswer = 512U << 10U;
constexpr std::size_t kMaxUrl = 4096;

/// application/x-www-form-urlencoded.
class Form {
 public:
  Form& add(std::string_view name, std::string_view value) {
    if (!body.empty()) body += '&';
    body.append(encoded(name)).append("=").append(encoded(value));
    return *this;
  }
  std::string body;

 private:
  static std::string encoded(std::string_view text) {
    return boost::urls::encode(boost::urls::string_view(text.data(), text.size()),
                               boost::urls::unreserved_chars);
  }
};

std::string body_for(const CheckoutOrder& order) {
  const std::string tenant = std::string("metadata[") + kTenantMember + "]";
  const std::string package = std::string("metadata[") + kPackageMember + "]";
  // What stands on the subscription is repeated on its invoices: so each report can be told from those of
  // others.
  const std::string subscription_tenant = std::string("subscription_data[metadata][") + kTenantMember + "]";
  Form form;
  form.add("mode", "subscription")
      .add("line_items[0][price]", order.price_id)
      .add("line_items[0][quantity]", "1")
      .add("client_reference_id", order.tenant_id)
      .add(tenant, order.tenant_id)
      .add(package, order.package_id)
      .add(subscription_tenant, order.tenant_id)
      .add("success_url", order.success_url)
      .add("cancel_url", order.cancel_url);
  return std::move(form.body);
}

/// A code of Stripe's own, such as `resource_missing`; never text that might repeat a secret.
std::string code_in(const Json& error, const char* name) {
  const auto found = error.find(name);
  if (found == error.end() || !found->is_string()) return "-";
  const auto& code = found->get_ref<const std::string&>();
  constexpr std::size_t kMaxCode = 64;
  return code.size() <= kMaxCode && is_stripe_id(code) ? code : "?";
}

Error refused(const http::OutgoingResponse& answer) {
  std::string detail = "status " + std::to_string(answer.status);
  const auto json = base::parse_json(answer.body);
  if (json && json->is_object() && json->contains("error") && json->at("error").is_object()) {
    const Json& error = json->at("error");
    detail += ", type " + code_in(error, "type") + ", code " + code_in(error, "code");
  }
  return Error(ErrorCode::upstream_error, "the payment provider refused the request; try again later",
               std::move(detail))
      .with_upstream_status(answer.status);
}

Error unreachable(const Error& error) {
  if (error.code() != ErrorCode::upstream_error && error.code() != ErrorCode::upstream_timeout) return error;
  return {error.code(), "the payment provider did not answer; nothing was changed, try again shortly",
          error.message()};
}

bool is_success(const http::OutgoingResponse& answer) {
  return answer.status >= 200 && answer.status <= 299;
}

Result<std::optional<CheckoutSession>> session_in(const http::OutgoingResponse& answer) {
  const auto json = base::parse_json(answer.body);
  if (!json) return Error(ErrorCode::upstream_error, "the payment provider's answer is not JSON");
  return read_checkout_session(*json);
}

/// A place of the checkout's: its origin, and nothing that a header or a browser could read as something
/// else.
bool leads_to(std::string_view url, std::string_view origin) {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return plain && url.size() <= kMaxUrl && url.starts_with(origin) &&
         url.substr(origin.size()).starts_with('/');
}

}  // namespace

StripeClient::StripeClient(StripeOptions options, http::HttpClient& client, Random& random)
    : options_(std::move(options)), client_(client), random_(random) {}

http::OutgoingRequest StripeClient::call(std::string method, std::string_view path) const {
  http::OutgoingRequest call;
  call.method = std::move(method);
  call.url = options_.api_url;
  call.url += path;
  call.headers.reserve(5);
  call.headers.emplace_back("Authorization", http::bearer(options_.secret_key.reveal()));
  call.headers.emplace_back("Stripe-Version", kApiVersion);
  call.headers.emplace_back("Accept", "application/json");
  call.timeout = options_.timeout;
  call.max_response_bytes = kMaxAnswer;
  return call;
}

http::Task<Result<http::OutgoingResponse>> StripeClient::send(const http::OutgoingRequest& request,
                                                              http::Cancellation& cancellation) {
  Result<http::OutgoingResponse> answer = co_await client_.send(request, cancellation);
  if (!answer && answer.error().code() == ErrorCode::upstream_error && !cancellation.requested()) {
    answer = co_await client_.send(request, cancellation);
  }
  if (!answer) co_return unreachable(answer.error());
  co_return answer;
}

http::Task<Result<CheckoutSession>> StripeClient::create(const CheckoutOrder& order,
                                                         http::Cancellation& cancellation) {
  http::OutgoingRequest request = call("POST", "/v1/checkout/sessions");
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.headers.emplace_back("Idempotency-Key", keys::new_uuid(random_));
  request.body = body_for(order);
  const Result<http::OutgoingResponse> answer = co_await send(request, cancellation);
  if (!answer) co_return answer.error();
  if (!is_success(*answer)) co_return refused(*answer);
  const auto session = session_in(*answer);
  if (!session) co_return session.error();
  if (!*session || (*session)->tenant_id != order.tenant_id) {
    co_return Error(ErrorCode::upstream_error, "the payment provider's answer is for another order");
  }
  if (!leads_to((*session)->url, options_.checkout_origin)) {
    co_return Error(ErrorCode::upstream_error, "the payment provider's answer leads to an unexpected place",
                    "its url is not below stripe.checkout_origin");
  }
  co_return **session;
}

http::Task<Result<std::optional<CheckoutSession>>> StripeClient::find(const std::string& id,
                                                                      http::Cancellation& cancellation) {
  const http::OutgoingRequest request = call("GET", "/v1/checkout/sessions/" + id);
  const Result<http::OutgoingResponse> answer = co_await send(request, cancellation);
  if (!answer) co_return answer.error();
  if (answer->status == 404) co_return std::optional<CheckoutSession>();
  if (!is_success(*answer)) co_return refused(*answer);
  auto session = session_in(*answer);
  if (session && *session && (*session)->id != id) {
    co_return Error(ErrorCode::upstream_error, "the payment provider's answer is for another session");
  }
  co_return session;
}

}  // namespace cogos::checkout
