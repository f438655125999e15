#include "stages/response_headers.hpp"

#include "keys/key_record.hpp"

namespace cogos::stages {

SecurityHeaders::SecurityHeaders(std::string_view checkout_origin)
    // Nothing may be loaded but this server's own style sheet and pictures; there is no script at all,
    // nothing that stands in a page itself is style, and no text becomes script (Trusted Types). Forms go
    // here, and on to the checkout, since browsers hold a form's redirects against the list as well.
    : content_policy_("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' " +
                      std::string(checkout_origin) +
                      "; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'") {}

void SecurityHeaders::dress(const http::Exchange& /*exchange*/, http::Headers& headers) {
  headers.set("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload");
  headers.set("Content-Security-Policy", content_policy_);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("X-Frame-Options", "DENY");
  // Nothing for others. Not `no-referrer`: with it browsers send a page's own form with `Origin: null` too,
  // which nothing could tell from a stranger's.
  headers.set("Referrer-Policy", "same-origin");
  headers.set("Permissions-Policy",
              "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
              "payment=(), usb=()");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
}

void CallHeaders::dress(const http::Exchange& exchange, http::Headers& headers) {
  headers.set("X-Cogos-Request-Id", exchange.id);
  headers.set("X-Request-Id", exchange.id);  // where clients of this API shape look for it
  if (!headers.find("Cache-Control")) headers.set("Cache-Control", "no-store");
  const auto& key = exchange.proven_key;
  if (key && key->rotation_grace_until && keys::standing(*key, clock_.now()) == keys::Standing::grace) {
    headers.set("X-Cogos-Key-Deprecated", "rotation_grace_until=" + to_rfc3339(*key->rotation_grace_until));
  }
}

}  // namespace cogos::stages
