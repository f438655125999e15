#pragma once

#include <array>
#include <string_view>

namespace cogos::site {

/// When a page's text is made.
enum class Made : std::uint8_t {
  at_start,  ///< It depends on the configuration alone.
  live,      ///< A class of its own makes it.
};

/// A page that the navigation names. Its template is `<name>.mustache`.
struct PageEntry {
  std::string_view path;
  std::string_view name;
  std::string_view label;
  bool at_head;  ///< Among the links at the head of every page, and not only at its foot.
  Made made = Made::at_start;
};

/// In the order of the navigation. The front page is apart: the site's name leads to it.
inline constexpr std::array kPages{
    PageEntry{"/security", "security", "Security", true},
    PageEntry{"/whitepaper", "whitepaper", "Whitepaper", true},
    PageEntry{"/cookbook", "cookbook", "Cookbook", true, Made::live},
    PageEntry{"/trust", "trust", "Trust", true, Made::live},
    PageEntry{"/sla", "sla", "Service levels", false, Made::live},
    PageEntry{"/sub-processors", "sub-processors", "Sub-processors", false},
    PageEntry{"/terms", "terms", "Terms", false},
    PageEntry{"/privacy", "privacy", "Privacy", false},
};

}  // namespace cogos::site
