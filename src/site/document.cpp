#include "site/document.hpp"

#include "crypto/hash.hpp"

namespace cogos::site {

http::Resource make_document(std::string_view content_type, std::string text,
                             std::string_view cache_control) {
  const std::string version = crypto::sha256_hex(text).substr(0, 32);
  return {{std::string(content_type), std::string(cache_control)},
          http::Representations::of(std::move(text)),
          version};
}

http::Route serve(std::string path, const http::Resource& resource) {
  return {"GET", std::move(path), http::Realm::open, http::BodyKind::none,
          [&resource](http::Exchange& exchange) -> http::Task<Result<http::Response>> {
            co_return resource.answer(exchange.request);
          }};
}

}  // namespace cogos::site
