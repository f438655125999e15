#pragma once

#include <memory>

#include "net/outgoing_call.hpp"
#include "net/tls_client.hpp"
#include "net/transport.hpp"
#include "net/upstream_url.hpp"

namespace cogos::net {

/// A socket that is connected to `url`'s host. Each of its addresses is tried in turn, each for an equal
/// share of the call's time. Fails with upstream_error, or as `call` says where that ended meanwhile. On the
/// caller's strand.
http::Task<Result<Socket>> connect_to(const UpstreamUrl& url, OutgoingCall& call);

/// A new connection to `url`, handshake included. Fails as connect_to() does. On the caller's strand.
http::Task<Result<std::unique_ptr<Transport>>> dial(const UpstreamUrl& url, const TlsClient& tls,
                                                    OutgoingCall& call);

}  // namespace cogos::net
