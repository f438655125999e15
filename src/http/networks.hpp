#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cogos/result.hpp"

namespace cogos::http {

/// A set of addresses and networks. Immutable; safe from any thread.
class Networks {
 public:
  /// Contains nothing.
  Networks() = default;

  /// Each entry is an IPv4 or IPv6 address or a network in CIDR notation (`10.0.0.0/8`, `fd00::/8`); bits
  /// below the prefix must be zero. Fails with invalid_request and a message that quotes the entry.
  [[nodiscard]] static Result<Networks> parse(std::span<const std::string> entries);

  /// An IPv4-mapped IPv6 address counts as the IPv4 address. Costs a comparison an entry.
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

/// An address as text, normalized; nothing for anything else, a zone included: that would make two spellings
/// of one address, and means nothing beyond its host.
[[nodiscard]] std::optional<boost::asio::ip::address> parse_address(std::string_view text);

}  // namespace cogos::http
