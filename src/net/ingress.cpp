#include "net/ingress.hpp"

#include <optional>

#include "base/encoding.hpp"
#include "http/white_space.hpp"

namespace cogos::net {
namespace {

using boost::asio::ip::address;

/// One hop of X-Forwarded-For: an address, with a port where the proxy appends that too.
std::optional<address> parse_hop(std::string_view hop) {
  if (hop.starts_with('[')) {
    const auto end = hop.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = hop.substr(end + 1);
    if (!rest.empty() && (rest[0] != ':' || !base::parse_decimal(rest.substr(1), 65535))) return std::nullopt;
    return http::parse_address(hop.substr(1, end - 1));
  }
  const auto colon = hop.find(':');
  if (colon != std::string_view::npos && hop.find(':', colon + 1) == std::string_view::npos) {
    if (!base::parse_decimal(hop.substr(colon + 1), 65535)) return std::nullopt;
    hop = hop.substr(0, colon);
  }
  return http::parse_address(hop);
}

}  // namespace

address client_address(const address& peer, const http::Headers& headers, const http::Networks& trusted) {
  address client = http::normalized(peer);
  if (!trusted.contains(client)) return client;
  const std::string hops = headers.joined("X-Forwarded-For");
  std::string_view rest = hops;
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const auto hop =
        parse_hop(http::trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
    if (!hop) return client;
    client = *hop;
    if (!trusted.contains(client) || comma == std::string_view::npos) return client;
    rest = rest.substr(0, comma);
  }
  return client;
}

bool forwarded_by_https(const http::Headers& headers) noexcept {
  return headers.count("X-Forwarded-Proto") == 1 && headers.find("X-Forwarded-Proto") == "https";
}

}  // namespace cogos::net
