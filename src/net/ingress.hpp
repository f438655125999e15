#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"
#include "http/headers.hpp"

namespace cogos::net {

/// The addresses whose word on the client's address and scheme is taken. Immutable; safe from any thread.
class TrustedProxies {
 public:
  /// Trusts nobody.
  TrustedProxies() = default;

  /// Each entry is an IPv4 or IPv6 address or a network in CIDR notation (`10.0.0.0/8`, `fd00::/8`); bits
  /// below the prefix must be zero. Fails with invalid_request and a message that quotes the entry.
  [[nodiscard]] static Result<TrustedProxies> parse(std::span<const std::string> entries);

  /// An IPv4-mapped IPv6 address counts as the IPv4 address.
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }

 private:
  struct Network {
    boost::asio::ip::address_v6::bytes_type bits;  // IPv4 as mapped
    std::uint8_t prefix;                           // of 128
  };
  std::vector<Network> networks_;
};

/// `address`, or the IPv4 address that it maps (RFC 4291 §2.5.5.2); without a zone.
[[nodiscard]] boost::asio::ip::address normalized(const boost::asio::ip::address& address) noexcept;

/// The client's address. From an untrusted `peer` it is the peer, whatever X-Forwarded-For says. From a
/// trusted one the list is read from the right, as each proxy appends the address that spoke to it: the first
/// hop that is not trusted is the client. A hop that is no address (`unknown`, a name, empty) ends the
/// reading: what lies left of it nobody vouches for, so the last hop understood stands for the client. Where
/// every hop is trusted the left-most is the client.
[[nodiscard]] boost::asio::ip::address client_address(const boost::asio::ip::address& peer,
                                                      const http::Headers& headers,
                                                      const TrustedProxies& trusted);

/// Whether a trusted proxy says that the client came by TLS: exactly one X-Forwarded-Proto, exactly `https`.
[[nodiscard]] bool forwarded_by_https(const http::Headers& headers) noexcept;

}  // namespace cogos::net
