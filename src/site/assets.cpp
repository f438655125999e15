#include "site/assets.hpp"

#include "crypto/hash.hpp"
#include "site/document.hpp"
#include "site/embedded.hpp"

namespace cogos::site {
namespace {

constexpr std::string_view kForGood = "public, max-age=31536000, immutable";

std::string version(const std::string& name) {
  return crypto::sha256_hex(base::embedded_file(embedded_files(), name)).substr(0, 16);
}

}  // namespace

Assets::Assets()
    : style_(make_embedded("style.css", "text/css; charset=utf-8", kForGood)),
      icon_(make_embedded("icon.svg", "image/svg+xml", kForGood)),
      style_path_("/assets/" + version("style.css") + "/style.css"),
      icon_path_("/assets/" + version("icon.svg") + "/icon.svg") {}

void Assets::add_routes(http::Router& router) const {
  router.add(serve(style_path_, style_));
  router.add(serve(icon_path_, icon_));
}

}  // namespace cogos::site
