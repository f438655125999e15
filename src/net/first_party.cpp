#include "net/first_party.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "http/headers.hpp"
#include "net/upstream_url.hpp"

namespace cogos::net {
namespace {

/// Exactly four decimal parts without leading zeros: what every resolver reads alike.
bool is_plain_ipv4(const std::string& host, boost::asio::ip::address_v4& out) {
  boost::system::error_code failure;
  out = boost::asio::ip::make_address_v4(host, failure);
  return !failure && out.to_string() == host;
}

bool is_private(const boost::asio::ip::address_v4& address) {
  const auto b = address.to_bytes();
  return b[0] == 127 || b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0U) == 16) || (b[0] == 192 && b[1] == 168);
}

bool is_private(const boost::asio::ip::address_v6& address) {
  return address.is_loopback() || (address.to_bytes()[0] & 0xfeU) == 0xfc;
}

bool is_first_party(const UpstreamUrl& url) {
  if (url.host_is_ipv6) {
    boost::system::error_code failure;
    const auto address = boost::asio::ip::make_address_v6(url.host, failure);
    return !failure && is_private(address);
  }
  boost::asio::ip::address_v4 address;
  if (is_plain_ipv4(url.host, address)) return is_private(address);
  return url.host == "localhost";
}

}  // namespace

Result<void> check_first_party(std::string_view url, std::span<const std::string> first_party_hosts) {
  const auto parsed = parse_upstream_url(url);
  if (!parsed) return parsed.error();
  if (is_first_party(*parsed)) return {};
  const bool listed =
      std::any_of(first_party_hosts.begin(), first_party_hosts.end(), [&](const std::string& one) {
        const bool bracketed = one.size() > 2 && one.front() == '[' && one.back() == ']';
        return http::iequals(bracketed ? std::string_view(one).substr(1, one.size() - 2) : one, parsed->host);
      });
  if (listed) return {};
  return Error(
      ErrorCode::invalid_request,
      "the host " + parsed->host +
          " is neither a loopback nor a private address; if it is yours and prompts may go there, add it "
          "to inference.first_party_hosts, spelt as in the URL");
}

}  // namespace cogos::net
