#include "app/site_options.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "app/advisories.hpp"
#include "app/refusals.hpp"
#include "app/text_file.hpp"

namespace cogos::app {
namespace {

constexpr std::size_t kMaxText = 200;
constexpr std::size_t kMaxPem = 16U << 10U;

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

Result<void> check_line(const std::string& name, const std::string& text) {
  if (!is_one_line(text) || text.size() > kMaxText) {
    return invalid(name + " must be one line of at most " + std::to_string(kMaxText) + " bytes");
  }
  return {};
}

/// What may stand in a URI without being coded (RFC 3986 §2), and nothing that could end it.
bool has_uri_characters_only(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return has_uri_characters_only(text) && at != 0 && at != std::string_view::npos && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos;
}

bool is_https(std::string_view text) {
  return text.starts_with("https://") && text.size() > 8 && has_uri_characters_only(text);
}

Result<void> check_contact(const std::string& contact) {
  if (contact.empty() || is_email(contact) || is_https(contact)) return check_line("site.contact", contact);
  return invalid("site.contact must be an e-mail address or an https:// URL");
}

Result<std::optional<TimePoint>> parse_expiry(const Settings& settings, TimePoint now) {
  const std::string& contact = settings.site.security_contact;
  const std::string& expires = settings.site.security_expires;
  if (contact.empty() != expires.empty()) {
    return invalid("site.security_contact and site.security_expires go together: security.txt needs both");
  }
  if (contact.empty()) return std::optional<TimePoint>();
  const bool uri = is_https(contact) || (contact.starts_with("mailto:") && is_email(contact.substr(7))) ||
                   (contact.starts_with("tel:") && has_uri_characters_only(contact));
  if (!uri || contact.size() > kMaxText) {
    return invalid("site.security_contact must be a URI: mailto:…, https://… or tel:…");
  }
  const auto time = from_rfc3339_lenient(expires);
  if (!time) return invalid("site.security_expires must be a time such as 2027-01-31T00:00:00Z");
  if (*time <= now) {
    return invalid(
        "site.security_expires has passed, so nobody may rely on security.txt any more; see that "
        "site.security_contact still holds, then set a time less than a year ahead");
  }
  if (*time > now + std::chrono::days(366)) {
    return invalid(
        "site.security_expires is more than a year ahead, which RFC 9116 advises against; set an "
        "earlier time");
  }
  return std::optional(*time);
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

Result<site::SubProcessor> parse_sub_processor(std::string_view text) {
  std::array<std::string, 3> parts;
  std::size_t count = 0;
  for (std::size_t start = 0; start <= text.size() && count < 4; ++count) {
    const auto end = std::min(text.find('|', start), text.size());
    if (count < parts.size()) parts[count] = trimmed(text.substr(start, end - start));
    start = end + 1;
  }
  const bool complete = std::none_of(parts.begin(), parts.end(), [](const auto& one) { return one.empty(); });
  if (count != parts.size() || !complete || !is_one_line(text)) {
    return invalid("site.sub_processors: \"" + std::string(text) + "\" must be \"name | purpose | region\"");
  }
  return site::SubProcessor{parts[0], parts[1], parts[2]};
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] != '-' && text[0] != '_' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Result<void> check_packages(const std::vector<std::string>& ids) {
  std::set<std::string_view> seen;
  for (const std::string& id : ids) {
    if (!is_id(id)) return invalid("site.packages: \"" + id + "\" cannot be the id of a package");
    if (!seen.insert(id).second) return invalid("site.packages names \"" + id + "\" twice");
  }
  return {};
}

Result<std::string> read_cosign_key(const std::string& path) {
  auto pem = read_text_file(path, "site.cosign_pub_file", kMaxPem);
  if (!pem) return pem.error();
  // Whatever else lies there, a private key first of all, must not be published.
  const bool one_public_key = pem->starts_with("-----BEGIN PUBLIC KEY-----\n") &&
                              pem->ends_with("-----END PUBLIC KEY-----\n") &&
                              pem->find("-----BEGIN", 1) == std::string::npos;
  if (!one_public_key) {
    return invalid(
        "site.cosign_pub_file: " + path +
        " must hold one PEM block PUBLIC KEY and nothing else, as `cosign generate-key-pair` writes it "
        "to cosign.pub");
  }
  return pem;
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 64 &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

}  // namespace

Result<site::SiteOptions> site_options(const Settings& settings, TimePoint now) {
  const auto& given = settings.site;
  site::SiteOptions options;
  options.origin = settings.server.origin;
  for (const auto& [name, text] :
       {std::pair<std::string, const std::string&>{"site.operator_name", given.operator_name},
        {"site.region", given.region}}) {
    if (const auto checked = check_line(name, text); !checked) return checked.error();
  }
  if (const auto checked = check_contact(given.contact); !checked) return checked.error();
  if (const auto checked = check_packages(given.packages); !checked) return checked.error();
  for (const std::string& text : given.sub_processors) {
    auto one = parse_sub_processor(text);
    if (!one) return one.error();
    options.sub_processors.push_back(std::move(*one));
  }
  const auto expires = parse_expiry(settings, now);
  if (!expires) return expires.error();
  options.operator_name = given.operator_name;
  options.contact = given.contact;
  options.region = given.region;
  options.security_contact = given.security_contact;
  options.security_expires = *expires;
  options.packages = given.packages;
  options.inference = settings.inference.engine;
  options.live_search = settings.live_search.provider;
  return options;
}

Result<site::SiteOptions> load_site_options(
    const Settings& settings,
    const std::function<std::optional<std::string>(const std::string&)>& environment, TimePoint now) {
  auto options = site_options(settings, now);
  if (!options) return options;
  if (!settings.site.cosign_pub_file.empty()) {
    auto pem = read_cosign_key(settings.site.cosign_pub_file);
    if (!pem) return pem.error();
    options->cosign_pub = std::move(*pem);
  }
  if (!settings.site.advisories_file.empty()) {
    auto advisories = load_advisories(settings.site.advisories_file);
    if (!advisories) return advisories.error();
    options->advisories = std::move(*advisories);
  }
  if (const auto digest = environment("COGOS_IMAGE_DIGEST")) {
    if (!is_digest(*digest)) {
      return invalid(
          "COGOS_IMAGE_DIGEST must be sha256: and 64 hex characters, as `docker images --digests` shows it");
    }
    options->image_digest = *digest;
  }
  return options;
}

}  // namespace cogos::app
