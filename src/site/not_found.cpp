#include "site/not_found.hpp"

#include "http/accept.hpp"
#include "site/document.hpp"

namespace cogos::site {

void NotFoundFace::show(const http::Exchange& exchange, const Error& error, http::Response& response) const {
  const bool unknown_path = error.code() == ErrorCode::not_found && !exchange.route;
  if (!unknown_path || http::carries_receipts(exchange.request)) return;
  response.headers.set("Vary", "Accept");
  if (!http::prefers_html(exchange.request.headers)) return;
  response.headers.set("Content-Type", std::string(kHtml));
  response.body = page_;
}

}  // namespace cogos::site
