#include "cli/server_url.hpp"

#include "cli/credential.hpp"

namespace cogos::cli {
namespace {

constexpr std::string_view kScheme = "https://";

}  // namespace

Result<std::string> https_origin(std::string url, std::string_view what, std::string_view why_tls) {
  if (url.ends_with('/')) url.pop_back();
  if (!url.starts_with(kScheme)) {
    return Error(ErrorCode::unreadable_input,
                 std::string(what).append(" must start with https://: ").append(why_tls));
  }
  const std::string_view host = std::string_view(url).substr(kScheme.size());
  if (host.empty() || !is_visible_ascii(host) || host.find_first_of("/?#@\\") != std::string_view::npos) {
    return Error(ErrorCode::unreadable_input,
                 std::string(what).append(" must be https://HOST or https://HOST:PORT, with nothing "
                                          "after it"));
  }
  return url;
}

}  // namespace cogos::cli
