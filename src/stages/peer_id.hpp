#pragma once

#include <boost/asio/ip/address.hpp>

#include "stages/token_buckets.hpp"

namespace cogos::stages {

/// A client address as limits and detection count it: IPv4 whole; IPv6 by its /64, since a client commonly
/// has all of one. `purpose` keeps different uses apart where they share a table.
[[nodiscard]] BucketId peer_id(const boost::asio::ip::address& peer, char purpose) noexcept;

/// The same in words: `192.0.2.7`, `2001:db8:1:2::/64`.
[[nodiscard]] std::string peer_text(const boost::asio::ip::address& peer);

}  // namespace cogos::stages
