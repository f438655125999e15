#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "net/outgoing_call.hpp"
#include "net/tls_client.hpp"
#include "net/upstream_url.hpp"

namespace cogos::net {

/// What came of a handshake.
struct TlsAnswer {
  bool accepted = false;
  std::string refusal;                        ///< OpenSSL's words where it was not accepted.
  std::optional<TimePoint> certificate_ends;  ///< Of the server's own certificate, where it was.
};

/// Offers `version` and nothing else to `url`'s host, with nothing verified, and sends nothing more. Fails
/// where there was no connection or no answer in time, as `call` says. On the caller's strand.
http::Task<Result<TlsAnswer>> try_tls(const UpstreamUrl& url, TlsVersion version, OutgoingCall& call);

}  // namespace cogos::net
