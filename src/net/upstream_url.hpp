#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cogos/result.hpp"

namespace cogos::net {

/// Where an outgoing request goes, out of an absolute http or https URL.
struct UpstreamUrl {
  bool tls = false;
  std::string host;  ///< Lower case; an IPv6 address without its brackets.
  std::uint16_t port = 0;
  std::string target;     ///< Path with query as written, at least `/`.
  std::string authority;  ///< For the Host field: the port only where it is not the scheme's own.
  bool host_is_ipv6 = false;

  /// One name for all that can share a connection, such as `https://api.example:443`.
  [[nodiscard]] std::string origin() const;
};

/// Whether `text` is an http or https origin as a browser spells it (RFC 6454 §6.2): scheme, host in lower
/// case, the port only where it is not the scheme's own, and nothing else.
[[nodiscard]] bool is_origin(std::string_view text);

/// Refuses with invalid_request what is not http or https, has no host or has userinfo. A fragment is
/// dropped.
[[nodiscard]] Result<UpstreamUrl> parse_upstream_url(std::string_view url);

/// Whether what goes there is nobody else's to read on its way: https, or a loopback address.
[[nodiscard]] bool keeps_secrets(const UpstreamUrl& url);

}  // namespace cogos::net
