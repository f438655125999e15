#include "http/https_redirect.hpp"

#include "http/error_response.hpp"

namespace cogos::http {
namespace {

constexpr std::string_view kTransportSecurity = "Strict-Transport-Security";

/// Takes out what may not be said without TLS, where anybody on the way could have put it (RFC 6797 §7.2).
void drop_transport_security(Headers& headers) {
  Headers kept;
  for (const auto& [name, value] : headers) {
    if (!iequals(name, kTransportSecurity)) kept.add(name, value);
  }
  headers = std::move(kept);
}

bool has_credentials(const Request& request) {
  return request.headers.find("Authorization") || request.headers.find("X-Admin-Key");
}

/// Bodies are not read here, so one that comes is no fault of the client's.
bool can_be_led_on(const Exchange& exchange) {
  return !exchange.fault || exchange.fault->code() == ErrorCode::body_too_large;
}

}  // namespace

Task<void> HttpsRedirect::answer(Exchange& exchange) {
  const bool whole = can_be_led_on(exchange);
  const bool refused = has_credentials(exchange.request) || is_under(exchange.request.path(), "/v1");
  if (whole && refused) {
    exchange.fault =
        Error(ErrorCode::forbidden,
              "this was sent without TLS, so whoever is on the way can read it: replace every key "
              "that was in it, and use " +
                  parts_.origin);
  }
  if (carries_receipts(exchange.request) || !whole) {
    co_await parts_.api.answer(exchange);
    drop_transport_security(exchange.response.headers);
    co_return;
  }
  if (refused) {
    exchange.response = error_response(*exchange.fault, exchange.id);
    exchange.error = exchange.fault;
  } else {
    lead_on(exchange);
  }
  finish(exchange);
}

void HttpsRedirect::lead_on(Exchange& exchange) const {
  const bool is_path = exchange.request.target.starts_with('/');
  exchange.response.status = 308;
  exchange.response.headers.set("Location", parts_.origin + (is_path ? exchange.request.target : "/"));
  exchange.response.headers.set("Content-Type", "text/plain; charset=utf-8");
  exchange.response.body = "Use " + parts_.origin + "\n";
}

void HttpsRedirect::finish(Exchange& exchange) const {
  if (exchange.request.method == "HEAD") exchange.response.body.clear();
  parts_.headers.dress(exchange, exchange.response.headers);
  drop_transport_security(exchange.response.headers);
  exchange.stations.sealed = parts_.clock.monotonic();
  for (Observer* observer : parts_.observers) observer->answered(exchange);
}

}  // namespace cogos::http
