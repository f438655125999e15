#include "site/assets.hpp"

#include "crypto/hash.hpp"
#include "site/document.hpp"
#include "site/embedded.hpp"

namespace cogos::site {
namespace {

constexpr std::string_view kForGood = "public, max-age=31536000, immutable";

std::string file(const std::string& name) {
  return std::string(base::embedded_file(embedded_files(), name));
}

std::string version(const std::string& name) {
  return crypto::sha256_hex(file(name)).substr(0, 16);
}

http::Resource make_asset(const std::string& name, std::string_view content_type) {
  return {{std::string(content_type), std::string(kForGood)},
          {file(name), file(name + ".gz"), file(name + ".br")},
          version(name)};
}

}  // namespace

Assets::Assets()
    : style_(make_asset("style.css", "text/css; charset=utf-8")),
      icon_(make_asset("icon.svg", "image/svg+xml")),
      style_path_("/assets/" + version("style.css") + "/style.css"),
      icon_path_("/assets/" + version("icon.svg") + "/icon.svg") {}

void Assets::add_routes(http::Router& router) const {
  router.add(serve(style_path_, style_));
  router.add(serve(icon_path_, icon_));
}

}  // namespace cogos::site
