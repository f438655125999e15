#include "site/error_pages.hpp"

#include "http/accept.hpp"
#include "http/router.hpp"
#include "site/document.hpp"

namespace cogos::site {
namespace {

std::string refusal(const Renderer& renderer, const std::string& message) {
  return renderer.render("refused", {{"message", message}});
}

}  // namespace

ErrorPages::ErrorPages(const Renderer& renderer)
    : renderer_(renderer), not_found_(renderer.render("not-found")) {
  static_cast<void>(refusal(renderer, "-"));
}

void ErrorPages::show(const http::Exchange& exchange, const Error& error, http::Response& response) const {
  const bool unknown_path = error.code() == ErrorCode::not_found && !exchange.route;
  const bool for_people = exchange.route && exchange.route->for_people;
  if ((!unknown_path && !for_people) || http::carries_receipts(exchange.request)) return;
  response.headers.set("Vary", "Accept");
  if (!http::prefers_html(exchange.request.headers)) return;
  response.headers.set("Content-Type", std::string(kHtml));
  // Words about a failure of the server's own are in the log alone.
  const bool internal = error.code() == ErrorCode::internal;
  response.body = unknown_path
                      ? not_found_
                      : refusal(renderer_, internal ? "something failed inside the server" : error.message());
}

}  // namespace cogos::site
