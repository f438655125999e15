#pragma once

#include <string>
#include <string_view>

#include "http/resource.hpp"
#include "http/router.hpp"

namespace cogos::site {

inline constexpr std::string_view kHtml = "text/html; charset=utf-8";
inline constexpr std::string_view kText = "text/plain; charset=utf-8";

/// For how long a copy is good: the next start may say something else.
inline constexpr std::string_view kForMinutes = "public, max-age=300";

/// A resource of this text, compressed now; its entity tags follow from the text.
[[nodiscard]] http::Resource make_document(std::string_view content_type, std::string text,
                                           std::string_view cache_control = kForMinutes);

/// A resource of the embedded file of that name, in the forms that the build compressed. Throws
/// std::logic_error where there is none.
[[nodiscard]] http::Resource make_embedded(const std::string& name, std::string_view content_type,
                                           std::string_view cache_control = kForMinutes);

/// A route that answers GET and HEAD with `resource`, which must outlive the router.
[[nodiscard]] http::Route serve(std::string path, const http::Resource& resource);

}  // namespace cogos::site
