#include "cli/page_scan.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "cli/checkout_origin.hpp"

namespace cogos::cli {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

struct Tag {
  std::string name;  ///< Lower case, `/` before it in an end tag.
  std::map<std::string, std::string, std::less<>> attributes;
};

/// Goes through a page tag by tag.
class Tags {
 public:
  explicit Tags(std::string_view html) : rest_(html) {}

  bool next(Tag& tag) {
    for (;;) {
      const auto start = rest_.find('<');
      if (start == std::string_view::npos) return false;
      rest_.remove_prefix(start + 1);
      if (rest_.starts_with("!--")) {
        skip_past("-->");
      } else if (!rest_.empty() && (is_letter(rest_[0]) || rest_[0] == '/')) {
        read(tag);
        return true;
      }
    }
  }

  /// What stands in an element whose content is no markup, up to its end tag.
  std::string_view raw_text(const std::string& name) {
    const auto end = std::min(lower(rest_).find("</" + name), rest_.size());
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return text;
  }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  void skip_past(std::string_view mark) {
    const auto at = rest_.find(mark);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + mark.size());
  }
  std::string_view take_until(std::string_view ends) {
    const auto end = std::min(rest_.find_first_of(ends), rest_.size());
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return text;
  }
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }

  void read(Tag& tag) {
    tag.attributes.clear();
    const bool end_tag = rest_[0] == '/';
    if (end_tag) rest_.remove_prefix(1);
    tag.name = (end_tag ? "/" : "") + lower(take_until(" \t\r\n\f/>"));
    for (;;) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n\f/"), rest_.size()));
      if (rest_.empty()) return;
      if (rest_[0] == '>') {
        rest_.remove_prefix(1);
        return;
      }
      read_attribute(tag);
    }
  }

  void read_attribute(Tag& tag) {
    const std::size_t before = rest_.size();
    std::string name = lower(take_until(" \t\r\n\f/>="));
    skip_space();
    std::string value;
    if (rest_.starts_with('=')) {
      rest_.remove_prefix(1);
      skip_space();
      value = read_value();
    }
    // A stray sign that begins no attribute.
    if (rest_.size() == before) rest_.remove_prefix(1);
    tag.attributes.emplace(std::move(name), std::move(value));
  }

  std::string read_value() {
    if (rest_.empty()) return {};
    if (rest_[0] != '"' && rest_[0] != '\'') return std::string(take_until(" \t\r\n\f>"));
    const std::string_view quote = rest_.substr(0, 1);
    rest_.remove_prefix(1);
    std::string value(take_until(quote));
    if (!rest_.empty()) rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
};

/// Whether a URL leaves `origin`. Browsers drop tabs and line ends from URLs and take `\` for `/`.
bool leaves(std::string_view written, std::string_view origin) {
  std::string url;
  for (const char c : written) {
    if (c == '\t' || c == '\r' || c == '\n') continue;
    url += c == '\\' ? '/' : c;
  }
  url.erase(0, std::min(url.find_first_not_of(kSpace), url.size()));
  const std::string text = lower(url);
  const std::string home = lower(origin);
  if (text.starts_with(home) && (text.size() == home.size() || text[home.size()] == '/')) return false;
  if (text.starts_with("//")) return true;
  const auto colon = text.find(':');
  return colon != std::string::npos && colon < text.find_first_of("/?#");
}

/// The same for a list of images with their sizes.
bool any_leaves(std::string_view list, std::string_view origin) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (leaves(list.substr(0, end), origin)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool is_script_url(std::string_view url) {
  const auto start = std::min(url.find_first_not_of(kSpace), url.size());
  return lower(url.substr(start)).starts_with("javascript:");
}

std::string attribute_fault(const Tag& tag, const std::string& name, const std::string& value,
                            std::string_view origin) {
  // What is loaded or sent to without anybody following a link. A browser knows more; the policy forbids
  // those.
  static constexpr std::array<std::string_view, 9> kLoads{
      "src", "srcset", "data", "poster", "background", "action", "formaction", "manifest", "ping"};
  static constexpr std::array<std::string_view, 4> kFollowed{"a", "area", "/a", "/area"};
  if (name == "style") return "a style attribute on " + tag.name;
  if (name.starts_with("on")) return "a script in " + name + " of " + tag.name;
  if (is_script_url(value) && (name == "href" || name == "src" || name == "action")) {
    return "a script as a URL of " + tag.name;
  }
  const bool loads = std::find(kLoads.begin(), kLoads.end(), name) != kLoads.end();
  const bool href =
      name == "href" && std::find(kFollowed.begin(), kFollowed.end(), tag.name) == kFollowed.end();
  if (!loads && !href) return {};
  const bool canonical =
      tag.name == "link" && tag.attributes.contains("rel") && lower(tag.attributes.at("rel")) == "canonical";
  const bool checkout = (name == "action" || name == "formaction") &&
                        (value == kCheckoutOrigin || value.starts_with(std::string(kCheckoutOrigin) + "/"));
  const bool gone = name == "srcset" ? any_leaves(value, origin) : leaves(value, origin);
  if (canonical || checkout || !gone) return {};
  return tag.name + " loads " + value;
}

}  // namespace

std::string page_fault(std::string_view html, std::string_view origin) {
  Tags tags(html);
  for (Tag tag; tags.next(tag);) {
    for (const auto& [name, value] : tag.attributes) {
      if (auto fault = attribute_fault(tag, name, value, origin); !fault.empty()) return fault;
    }
    if (tag.name == "style") return "a style in the page";
    if (tag.name != "script") continue;
    const bool blank = tags.raw_text("script").find_first_not_of(kSpace) == std::string_view::npos;
    if (!blank && !tag.attributes.contains("src")) return "a script in the page";
  }
  return {};
}

}  // namespace cogos::cli
