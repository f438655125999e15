#include "stages/own_pages.hpp"

#include "http/router.hpp"

namespace cogos::stages {

bool OwnPagesGate::is_ours(const http::Headers& headers) const {
  if (origin_.empty()) return false;
  for (const std::string_view name : {"Sec-Fetch-Site", "Origin", "Referer"}) {
    if (headers.count(name) > 1) return false;
  }
  const auto site = headers.find("Sec-Fetch-Site");
  if (site && *site != "same-origin") return false;
  const auto origin = headers.find("Origin");
  // From a page whose policy is to send no referrer browsers say `null` (Fetch, "append a request Origin
  // header").
  const bool untold = !origin || *origin == "null";
  if (!untold) return *origin == origin_;
  if (site) return true;
  const auto referrer = headers.find("Referer");
  return !origin && referrer && referrer->starts_with(origin_ + "/");
}

Result<void> OwnPagesGate::pass(http::Exchange& exchange) {
  if (!exchange.route || exchange.route->body != http::BodyKind::form || exchange.fault) return {};
  if (is_ours(exchange.request.headers)) return {};
  return Error(ErrorCode::forbidden, "this form is taken from this site's own pages only; open " +
                                         (origin_.empty() ? std::string("the site") : origin_ + "/") +
                                         " and send it from there");
}

}  // namespace cogos::stages
