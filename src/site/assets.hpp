#pragma once

#include <string>

#include "base/json.hpp"
#include "http/resource.hpp"
#include "http/router.hpp"

namespace cogos::site {

/// The files beside the pages: the stylesheet and the icon, compressed when the program was built. A path has
/// a hash of its file in it, so a copy is good for as long as anybody keeps it.
class Assets {
 public:
  Assets();
  Assets(const Assets&) = delete;
  Assets& operator=(const Assets&) = delete;
  ~Assets() = default;

  /// Where each is, for templates: `style`, `icon`.
  [[nodiscard]] Json paths() const { return {{"style", style_path_}, {"icon", icon_path_}}; }
  void add_routes(http::Router& router) const;

 private:
  http::Resource style_;
  http::Resource icon_;
  std::string style_path_;
  std::string icon_path_;
};

}  // namespace cogos::site
