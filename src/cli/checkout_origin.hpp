#pragma once

#include <string_view>

namespace cogos::cli {

/// The one other host that a page's form may lead to: where plans are paid.
inline constexpr std::string_view kCheckoutOrigin = "https://checkout.stripe.com";

}  // namespace cogos::cli
