#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace cogos::site {

/// Whoever works on customers' data for the operator.
struct SubProcessor {
  std::string name;
  std::string purpose;
  std::string region;
};

/// A weakness that was found and what became of it.
struct Advisory {
  std::string id;
  std::string published;  ///< A date, `YYYY-MM-DD`.
  std::string severity;
  std::string summary;
  std::string credit;  ///< Who found it; empty where they did not want to be named.
};

/// What the operator says of themselves, checked already, and what the process is. Empty is: not given.
struct SiteOptions {
  std::string origin;  ///< Where clients reach the server: `https://host[:port]`.
  std::string operator_name;
  std::string contact;  ///< An e-mail address, or an https URL.
  std::string region;
  std::vector<SubProcessor> sub_processors;
  std::string inference;         ///< What answers: `builtin`, or the name of an upstream.
  std::string live_search;       ///< The provider, or `none`.
  std::string security_contact;  ///< A URI: mailto:, https: or tel: (RFC 9116 §2.5.3).
  std::optional<TimePoint> security_expires;
  std::string cosign_pub;  ///< PEM.
  std::vector<Advisory> advisories;
  std::vector<std::string> packages;  ///< Ids, in the order in which they are shown.
  std::string image_digest;           ///< `sha256:<64 hex>` of the image that runs.
};

}  // namespace cogos::site
