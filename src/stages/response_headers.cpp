#include "stages/response_headers.hpp"

#include "keys/key_record.hpp"

namespace cogos::stages {

void SecurityHeaders::dress(const http::Exchange& /*exchange*/, http::Headers& headers) {
  headers.set("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload");
  headers.set("Content-Security-Policy",
              "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("X-Frame-Options", "DENY");
  headers.set("Referrer-Policy", "no-referrer");
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
