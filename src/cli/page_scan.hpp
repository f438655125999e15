#pragma once

#include <string>
#include <string_view>

namespace cogos::cli {

/// What of an HTML page loads something from another host than `origin` (`https://host[:port]`), or runs a
/// script or a style that stands in the page itself: the first of it in words, empty where there is none. A
/// link to another host is none: nothing is loaded before somebody follows it. A form may lead to the
/// checkout. Reads tags as a browser does as far as that takes no tree; what is broken HTML it may read
/// otherwise.
[[nodiscard]] std::string page_fault(std::string_view html, std::string_view origin);

}  // namespace cogos::cli
