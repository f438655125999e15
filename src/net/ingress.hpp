#pragma once

#include <boost/asio/ip/address.hpp>

#include "http/headers.hpp"
#include "http/networks.hpp"

namespace cogos::net {

/// The client's address. From an untrusted `peer` it is the peer, whatever X-Forwarded-For says. From a
/// trusted one the list is read from the right, as each proxy appends the address that spoke to it: the first
/// hop that is not trusted is the client. A hop that is no address (`unknown`, a name, empty) ends the
/// reading: what lies left of it nobody vouches for, so the last hop understood stands for the client. Where
/// every hop is trusted the left-most is the client.
[[nodiscard]] boost::asio::ip::address client_address(const boost::asio::ip::address& peer,
                                                      const http::Headers& headers,
                                                      const http::Networks& trusted);

/// Whether a trusted proxy says that the client came by TLS: exactly one X-Forwarded-Proto, exactly `https`.
[[nodiscard]] bool forwarded_by_https(const http::Headers& headers) noexcept;

}  // namespace cogos::net
