#include "site/security_txt.hpp"

namespace cogos::site {

std::string security_txt(const SiteOptions& options) {
  std::string text = "Contact: " + options.security_contact + "\n";
  text += "Expires: " + to_rfc3339(options.security_expires.value()) + "\n";
  text += "Preferred-Languages: en\n";
  if (!options.origin.empty()) {
    text += "Canonical: " + options.origin + "/.well-known/security.txt\n";
    text += "Policy: " + options.origin + "/security#disclosure\n";
    text += "Acknowledgments: " + options.origin + "/trust#advisories\n";
  }
  return text;
}

}  // namespace cogos::site
