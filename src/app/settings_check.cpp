#include "app/settings_check.hpp"

#include "app/engines.hpp"
#include "app/sign_ups.hpp"
#include "app/site_options.hpp"
#include "http/networks.hpp"
#include "net/server.hpp"

namespace cogos::app {

std::vector<std::string> problems_of(const Settings& settings, TimePoint now) {
  std::vector<std::string> problems;
  for (const auto& checked :
       {check_upstream(settings), check_live_search(settings), check_sign_ups(settings)}) {
    if (!checked) problems.push_back(checked.error().message());
  }
  if (const auto proxies = http::Networks::parse(settings.ingress.trusted_proxies); !proxies) {
    problems.push_back(proxies.error().message());
  }
  for (const std::string* address :
       {&settings.server.listen, &settings.ingress.plaintext_listen, &settings.server.redirect_listen}) {
    if (address->empty()) continue;
    if (const auto endpoint = net::parse_endpoint(*address); !endpoint) {
      problems.push_back(endpoint.error().message());
    }
  }
  if (const auto site = site_options(settings, now); !site) problems.push_back(site.error().message());
  return problems;
}

}  // namespace cogos::app
