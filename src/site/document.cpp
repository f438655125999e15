#include "site/document.hpp"

#include "crypto/hash.hpp"
#include "site/embedded.hpp"

namespace cogos::site {

http::Resource make_document(std::string_view content_type, std::string text,
                             std::string_view cache_control) {
  const std::string version = crypto::sha256_hex(text).substr(0, 32);
  return {{std::string(content_type), std::string(cache_control)},
          http::Representations::of(std::move(text)),
          version};
}

http::Resource make_embedded(const std::string& name, std::string_view content_type,
                             std::string_view cache_control) {
  const auto file = [](const std::string& wanted) {
    return std::string(base::embedded_file(embedded_files(), wanted));
  };
  return {{std::string(content_type), std::string(cache_control)},
          {file(name), file(name + ".gz"), file(name + ".br")},
          crypto::sha256_hex(file(name)).substr(0, 32)};
}

http::Route serve(std::string path, const http::Resource& resource) {
  return {"GET", std::move(path), http::Realm::open, http::BodyKind::none,
          [&resource](http::Exchange& exchange) -> http::Task<Result<http::Response>> {
            co_return resource.answer(exchange.request);
          }};
}

}  // namespace cogos::site
