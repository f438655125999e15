#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace cogos::site {

/// Makes pages out of the templates in src/site/templates, which are read once, at start. A template begins
/// with its `title:` and `description:`, a line each, and an empty line; what follows is the inside of
/// <main>, set into _layout.mustache. `{{>name}}` stands for the text of _name.mustache. Every value is
/// escaped for text and for attributes in quotes; a template has no way around that, and a value's own braces
/// mean nothing. Strings that are empty, nulls and empty arrays are false for a section. Thread-safe.
class Renderer {
 public:
  /// `common` is what every page may name. Its `nav`, an array of objects with `page`, gets `current` for the
  /// page that is rendered. Throws std::logic_error for a template that is no good.
  explicit Renderer(Json common);
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  ~Renderer();

  /// The page of `<page>.mustache`: a whole HTML document in UTF-8. `data`, an object, wins over what is
  /// common. Throws std::logic_error where there is no such template, or it names something that neither has:
  /// a page with a hole in it is a mistake of this program. About a millisecond.
  [[nodiscard]] std::string render(std::string_view page, const Json& data = Json::object()) const;

 private:
  class Page;
  Json common_;
  std::map<std::string, std::unique_ptr<Page>, std::less<>> pages_;
};

}  // namespace cogos::site
